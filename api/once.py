"""Forms that make something once, however often they are sent.

A second click sends a form again before the first answer is there, where no script prevents it; so
do a page that is loaded again, and the way back. Each form bears a mark of its own (`{% once %}`).
"""

import hashlib
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.http import HttpRequest

from api.cache import cache

FIELD = "once"
REMEMBERED = 3600  # seconds


def new_mark() -> str:
    return secrets.token_urlsafe(16)


def fingerprint(mark: str, content: Iterable[object]) -> str:
    """Tell one form, as it was filled in, from any other; with other content it is another."""
    return hashlib.sha256(repr((mark, *content)).encode(errors="replace")).hexdigest()


def sent_again(request: HttpRequest) -> bool:
    """Tell whether somebody's form came as it is before. One without a mark never did.

    Atomic: of two at once, one is the first. Without its cache it says no.
    """
    key = key_of(request)
    return bool(key) and cache.increment(key, REMEMBERED) > 1


@contextmanager
def made_by(request: HttpRequest) -> Iterator[None]:
    """Count a form as never sent where an error is raised: what it was to make was not made.

    Otherwise, sent again, it would be told that all is well.
    """
    try:
        yield
    except BaseException:
        if key := key_of(request):
            cache.delete(key)
        raise


def key_of(request: HttpRequest) -> str:
    """Return what a form that came is remembered by; "" for one without a mark."""
    if not (mark := request.POST.get(FIELD, "")):
        return ""
    fields = sorted((name, *values) for name, values in request.POST.lists() if counts(name))
    return f"once:{fingerprint(mark, [request.user.pk, request.path, fields])}"


def counts(name: str) -> bool:
    """Tell whether a field says which form it is: a script may renew one, and none is a secret."""
    return name != "csrfmiddlewaretoken" and not name.startswith("password")
