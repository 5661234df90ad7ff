"""Processes that work for the site, and are not to outlive it."""

import ctypes
import os
import signal
import sys

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
