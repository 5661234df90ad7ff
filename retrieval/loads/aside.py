"""Computing that gives way to whatever else wants a core: who waits for an answer goes first.

Only a thread's computing does so. What holds a lock in the database must not be what waits for a
core, so whatever reads or writes there stays outside.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def aside(work: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
    """Return what `work` does, done in a thread that gives way, with the processes it starts."""
    within = copy_context()
    with ThreadPoolExecutor(1, "aside", initializer=give_way) as thread:
        return thread.submit(lambda: within.run(work, *args, **named)).result()


def give_way() -> None:
    """Run this thread, and what it starts, when nothing else would; Linux alone knows how."""
    with suppress(AttributeError, OSError):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
