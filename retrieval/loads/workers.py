"""What every worker does before it takes turns, whichever queue they are in."""

import os
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from retrieval.loads import cores, kept
from retrieval.loads.tasks import revive
from retrieval.sweeping import sweep_soon

NICE = 10
"""Who loads lets those first whose requests are answered."""


def prepare() -> None:
    """Make this process one that works behind, and take up what one before it has left."""
    os.nice(NICE)
    yield_to_other_sessions()
    cores.begin()
    settings.RETRIEVAL_EMBEDDING_THREADS = 1  # more workers make more use of more cores
    kept.drop_left()
    sweep_soon()
    revive(at_once=True)


def yield_to_other_sessions() -> None:
    """Be as nice to other sessions, between which Linux shares its cores first (sched(7)).

    A session that others work in, too, stays as it is.
    """
    if os.getsid(0) == os.getpid():
        with suppress(OSError):  # where there is no such thing
            Path("/proc/self/autogroup").write_text(str(NICE))
