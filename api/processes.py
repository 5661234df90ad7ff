"""Processes that work for the site: how they end with it, and let its requests go first."""

import ctypes
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

NICE = 10
SAID_AGAIN = 10
"""Times that a session's niceness is set, each a tenth of a second after the last."""
PR_SET_PDEATHSIG = 1
"""Of prctl(2): the signal that a process gets when its parent ends."""


def die_with_parent(parent: int | None = None) -> None:
    """End when whoever started this process does, however that happens: where Linux is.

    It is killed, whatever it is doing; a descriptor that closes would be seen only when it reads.
    Who knows the number of its `parent` hears of an end before this, too.
    """
    if sys.platform != "linux":
        return
    parent = parent or os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended meanwhile
        os.kill(os.getpid(), signal.SIGKILL)


def let_others_first(process: int = 0) -> None:
    """Be nice, or have another process be: the cores are first for whoever is not.

    To other sessions, too, where it leads its own: Linux shares its cores between sessions first
    (sched(7)).
    """
    with suppress(OSError):  # it has ended
        least = os.getpriority(os.PRIO_PROCESS, process)
        os.setpriority(os.PRIO_PROCESS, process, max(least, NICE))
        number = process or os.getpid()
        if os.getsid(number) == number:
            _let_other_sessions_first(Path(f"/proc/{number}/autogroup"))


def _let_other_sessions_first(autogroup: Path) -> None:
    """Have a session be nice, where there is such a thing: one that came with the kernel has none.

    Linux lets this be said ten times a second by all who are not its administrator.
    """
    for _ in range(SAID_AGAIN):
        said = autogroup.read_text().split()
        if not said or int(said[-1]) >= NICE:
            return
        with suppress(BlockingIOError):
            autogroup.write_text(str(NICE))
            return
        time.sleep(0.1)
