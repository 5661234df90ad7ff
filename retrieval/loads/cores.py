"""A worker stays on one core, so that what computes behind is not in the way on all of them."""

import os
import sys
import time
from contextlib import suppress
from pathlib import Path

CHOOSING = 0.001  # seconds in which Linux may take another core

allowed: set[int] = set()
"""The cores that a worker may take; none in a process that is no worker, or not on Linux."""


def begin() -> None:
    """Let this process settle from now on, within the cores that it was given."""
    if sys.platform == "linux":
        allowed.update(os.sched_getaffinity(0))


def settle() -> None:
    """Stay on the core that Linux chooses now, until this is called again.

    It moves a process that computes from core to core, where each time requests are found to be
    waiting for it: beside a load their p99 was three times what it is alone. A worker that stays
    has them go to the other cores.
    """
    if len(allowed) > 1:
        keep_to(allowed)
        time.sleep(CHOOSING)
        keep_to({current()})


def current() -> int:
    """Return the core that this thread is on (`processor` of proc_pid_stat(5))."""
    return int(Path("/proc/thread-self/stat").read_text().rpartition(")")[2].split()[36])


def keep_to(some: set[int]) -> None:
    """Keep all threads of this process to some cores, and so what they start."""
    for thread in os.listdir("/proc/self/task"):
        with suppress(OSError):  # it ended meanwhile
            os.sched_setaffinity(int(thread), some)
