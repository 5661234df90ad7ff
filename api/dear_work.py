"""One budget for dear work: what keeps a thread for long leaves threads to everybody else.

Cutting and embedding texts, reading files and hashing passwords share DEAR_THREADS places in each
process. Nobody waits for one, because who waits holds a thread, too; and nobody has more than half
of them, so that there are some for others.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock, get_ident

from django.conf import settings

SHORT = 5_000
"""Characters that are cut, embedded and searched for in a moment: they take no place."""


class BusyError(Exception):
    """All places are taken; nothing was done."""

    wait = 3
    """Seconds after which to try again."""

    def __init__(self, why: str) -> None:
        super().__init__(f"{why} Nothing was changed. Try again in {self.wait} seconds.")


FULL = "The site is busy with long texts, files or passwords just now."
OWN_SHARE = "The site is busy with long texts or files of yours already."
TURNSTILE = Lock()
HOLDERS: dict[int, Hashable] = {}
"""The threads that do dear work, and for whom."""
caller: ContextVar[Callable[[], Hashable] | None] = ContextVar("caller", default=None)
"""Says for whom this thread works, as they are counted; None where it is nobody in particular."""


@contextmanager
def working_for(who: Callable[[], Hashable] | None) -> Iterator[None]:
    """Let the dear work in this block be somebody's, who is asked for only if there is some."""
    token = caller.set(who)
    try:
        yield
    finally:
        caller.reset(token)


@contextmanager
def dear_work(characters: int | None = None, *, brief: bool = False) -> Iterator[None]:
    """Hold a place while something dear is done; raises BusyError at once where none is left.

    What is `brief`, a fraction of a second, finds one place more: nobody is to keep others from
    signing in by sending long texts. Work on so few `characters` that it is not dear takes none,
    nor does dear work within dear work: what has begun is not refused half-way.
    """
    if characters is not None and characters <= SHORT:
        yield
        return
    me, ask = get_ident(), caller.get()
    who = ask() if ask else None
    with TURNSTILE:
        nested = me in HOLDERS
        if not nested:
            take_place(me, who, brief=brief)
    try:
        yield
    finally:
        if not nested:
            HOLDERS.pop(me, None)


def take_place(thread: int, who: Hashable, *, brief: bool) -> None:
    places = settings.DEAR_THREADS
    if len(HOLDERS) >= places + brief:
        raise BusyError(FULL)
    share = (places + 1) // 2
    if who is not None and [*HOLDERS.values()].count(who) >= share + brief:
        raise BusyError(OWN_SHARE)
    HOLDERS[thread] = who
