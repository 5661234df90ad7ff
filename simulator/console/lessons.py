"""Steps that are broken on purpose: what a good server answers, and whether this one does.

A lesson that takes a code of its own takes a client of its own too, wherever one can be had: what
a good server ends when it is attacked is then the lesson's, and not the installation's.
"""

from collections.abc import Mapping

from simulator.console.call_lessons import MadeUpToken, WithoutToken
from simulator.console.code_lessons import (
    AnotherRedirectURI,
    RefreshTwice,
    ReplayCode,
    SkipPKCE,
    WrongState,
    WrongVerifier,
)
from simulator.console.lesson import Lesson

LESSONS: Mapping[str, Lesson] = {
    each.slug: each()
    for each in (
        *(WithoutToken, MadeUpToken, WrongState, WrongVerifier, SkipPKCE),
        *(AnotherRedirectURI, ReplayCode, RefreshTwice),
    )
}
