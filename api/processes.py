"""Processes that work for the site: how they end with it, and let its requests go first."""

import ctypes
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

NICE = 10
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
        if os.getsid(number) == number:  # and where there is such a thing
            session = Path(f"/proc/{number}/autogroup")
            session.write_text(str(max(int(session.read_text().split()[-1]), NICE)))
