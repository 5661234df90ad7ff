"""Shuts the process that reads a file off from all but the file: see `sandbox.py`.

A hostile file may take its reader over. Then it finds no network, no settings, keys or database, no
process but its own, and nothing to write to: as far as the kernel lets a process bind itself. Linux
does from 5.13 on (Landlock), and by seccomp; elsewhere the checks at the start of the site say so.
"""

import errno
import os
import resource
import sysconfig
from contextlib import suppress
from functools import cache
from math import ceil
from pathlib import Path

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
        refuse_calls()
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


def refuse_calls() -> None:
    import pyseccomp

    calls = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    refusal = pyseccomp.ERRNO(errno.EPERM)
    for name in REFUSED:
        with suppress(OSError):  # a library that is older than a call does not know its name
            calls.add_rule(refusal, name)
    # The first argument is a process, 0 this one.
    calls.add_rule(refusal, "prlimit64", pyseccomp.Arg(0, pyseccomp.NE, 0))
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
