"""Shuts the process that reads a file off from all but the file: see `sandbox.py`.

A hostile file may take its reader over. Then it finds no network, no settings, keys or database, no
process but its own, and nothing to write to: as far as the kernel lets a process bind itself. Linux
does from 5.13 on (Landlock), and by seccomp; elsewhere the checks at the start of the site say so.
Where text is recognised, which is a program, other processes can be sent signals before Linux 6.12.
"""

import errno
import os
import resource
import sysconfig
from contextlib import suppress
from functools import cache
from math import ceil
from pathlib import Path
from typing import Any

from retrieval.parsing import Limits

OWN_CODE = Path(__file__).parents[1]
LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/share", "/usr/local/lib")
PROGRAMS = ("/bin", "/usr/bin", "/usr/local/bin")
MEASURED = "COVERAGE_"
"""Begins the variables of what measures the tests, whose figures are written where it was begun."""
FILES = ("/etc/ld.so.cache", "/dev/urandom")
REFUSED = (
    *("socket", "io_uring_setup"),  # the second opens sockets too
    *("ptrace", "process_vm_readv", "process_vm_writev", "bpf", "userfaultfd", "perf_event_open"),
    *("keyctl", "add_key", "request_key"),
    # What Landlock leaves open of every file, by its name: who may read it, when it was changed.
    *("chmod", "fchmodat", "fchmodat2", "chown", "lchown", "fchownat"),
    *("utime", "utimes", "futimesat", "utimensat"),
    *("setxattr", "lsetxattr", "setxattrat", "removexattr", "lremovexattr", "removexattrat"),
    *("inotify_init", "inotify_init1", "fanotify_init"),
    # What processes share without a file.
    *("shmget", "shmat", "semget", "msgget", "mq_open"),
    # How other processes of this user fare, and how one would outlive the end of its group.
    *("setpriority", "ioprio_set", "sched_setaffinity", "sched_setscheduler", "sched_setattr"),
    *("sched_setparam", "setsid", "setpgid", "unshare", "setns", "chroot", "mount"),
)
"""What the kernel is not asked: the network, other processes and their files, seldom used holes."""
SIGNALS = ("kill", "tkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_send_signal")
CLONE_PARENT, CLONE_THREAD = 0x8000, 0x10000  # of clone(2)


def confine(limits: Limits) -> None:
    """Leave this process no more than its limits and what it reads the file with."""
    seconds = ceil(limits.seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    room = limits.characters * 12 + 2**20  # of JSON, notes and refusals included
    resource.setrlimit(resource.RLIMIT_FSIZE, (room,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    files, calls = can_close_files(), can_refuse_calls()  # which look for libraries
    if files:
        close_files(programs=bool(limits.ocr))
    if calls:
        refuse_calls(programs=bool(limits.ocr))
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes,) * 2)


def close_files(*, programs: bool) -> None:
    """Let nothing be opened but code, fonts and the like; text recognition is a program."""
    from py_landlock import AccessFs, Landlock

    python = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    jail = Landlock(strict=False)
    jail.allow_read(*existing(*python, *LIBRARIES, OWN_CODE))
    jail.add_path_rule(*existing(*FILES), access=AccessFs.READ_FILE)
    jail.add_path_rule(os.devnull, access=AccessFs.READ_FILE | AccessFs.WRITE_FILE)
    if programs:
        jail.allow_read(*existing(*PROGRAMS))
        jail.allow_execute(*existing(*PROGRAMS, *LIBRARIES))
    if any(name.startswith(MEASURED) for name in os.environ):
        jail.allow_read_write(Path.cwd())
    jail.apply()


def existing(*paths: str | Path) -> list[str | Path]:
    return [path for path in paths if Path(path).exists()]


def refuse_calls(*, programs: bool) -> None:
    """Refuse what reaches others; new processes too, and signals, where no program is needed."""
    import pyseccomp
    from pyseccomp import ALLOW, ERRNO, MASKED_EQ, NE, Arg

    calls = pyseccomp.SyscallFilter(ALLOW)

    def refuse(name: str, *where: Any, by: int = ERRNO(errno.EPERM)) -> None:
        with suppress(OSError):  # a library that is older than a call does not know its name
            calls.add_rule(by, name, *where)

    for name in REFUSED:
        refuse(name)
    # The first argument is a process, 0 this one.
    refuse("prlimit64", Arg(0, NE, 0))
    # No child of the forkserver, as this is. Flags in memory cannot be seen: clone is called then.
    refuse("clone", Arg(0, MASKED_EQ, CLONE_PARENT, CLONE_PARENT))
    refuse("clone3", by=ERRNO(errno.ENOSYS))
    if not programs:
        refuse("clone", Arg(0, MASKED_EQ, CLONE_THREAD, 0))
        for name in ("fork", "vfork", *SIGNALS):
            refuse(name)
        refuse("tgkill", Arg(0, NE, os.getpid()))
    calls.load()


@cache
def can_close_files() -> bool:
    """Tell whether the kernel knows Landlock, and its boot did not switch it off."""
    try:
        from py_landlock import LandlockError, get_abi_version
    except ImportError:  # no Linux
        return False
    try:
        return get_abi_version() > 0
    except LandlockError:
        return False


@cache
def can_refuse_calls() -> bool:
    """Tell whether libseccomp is there, which Debian always has."""
    try:
        import pyseccomp
    except (ImportError, RuntimeError, OSError):
        return False
    return bool(pyseccomp.get_api())
