"""Processes that read one file each, seen from the one that wants its text.

A process, since only a process can be stopped for sure; a fork of one that is kept for that
(`forkserver.py`), since a server's threads must not be forked, nor its secrets.
"""

import atexit
import json
import logging
import os
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from signal import SIGXCPU
from threading import Lock
from typing import IO

from retrieval.exceptions import UnavailableError
from retrieval.parsing import Limits
from retrieval.parsing.confinement import MEASURED
from retrieval.parsing.forkserver import NO_ROOM

logger = logging.getLogger(__name__)

PROJECT = Path(__file__).parents[2]
FORKSERVER = "retrieval.parsing.forkserver"
TRIES = 3
ENDS_WITHIN = 10  # seconds
SHORTEST, LONGEST = 0.001, 1_000_000  # seconds that can be waited
AWAY = "The site cannot read files now: its log may say why."
KEPT = ("PATH", "PYTHON", MEASURED, "LANG", "LC_")
"""Begin the variables that Python needs, and what measures the tests."""


@dataclass(frozen=True)
class Forkserver:
    """The process that forks readers for this one, and ends with it."""

    process: "subprocess.Popen[bytes]"
    jobs: socket.socket

    def stop(self) -> None:
        with self.jobs, suppress(OSError):  # it may have ended
            self.jobs.shutdown(socket.SHUT_RDWR)
        try:
            self.process.wait(ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


forkserver: Forkserver | None = None
BEGINNING = Lock()


def run_reader(
    file: IO[bytes], output: IO[bytes], suffix: str, charset: str, limits: Limits
) -> int:
    """Have a file's text written to `output`, as JSON, and return the exit code of its reader.

    That is -SIGXCPU for one that was out of time, by the clock or the processor's. Raises
    UnavailableError where no process can be begun.
    """
    for _ in range(TRIES):
        file.seek(0)
        output.seek(0)  # where the one before may have ended half-way
        output.truncate()
        limits = replace(limits, ends=time.monotonic() + limits.seconds)
        job = {"suffix": suffix, "charset": charset, "limits": asdict(limits), "cores": cores()}
        lease, theirs = socket.socketpair()
        with lease:
            with theirs:
                lease.sendall(json.dumps(job).encode())
                to = hand_over(theirs.fileno(), file.fileno(), output.fileno())
            try:
                ended = wait(lease, limits.seconds)
            finally:  # a fork of this process may hold it still
                with suppress(OSError):
                    lease.shutdown(socket.SHUT_RDWR)
        if ended is not None:
            return ended
        stop(to)
    logger.error("%s, which begins what reads files, does not stay", FORKSERVER)
    raise UnavailableError(AWAY)


def hand_over(*descriptors: int) -> Forkserver:
    global forkserver
    with BEGINNING:
        forkserver = forkserver or begin()
        with suppress(OSError):  # it has ended, which the lease will tell
            socket.send_fds(forkserver.jobs, [b"."], descriptors)
        return forkserver


def begin() -> Forkserver:
    jobs, theirs = socket.socketpair()
    with theirs:
        try:
            process = subprocess.Popen(  # noqa: S603  (nothing of it is from elsewhere)
                [sys.executable, "-m", FORKSERVER],
                cwd=PROJECT,
                env=bare_environ(),
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                process_group=0,  # what interrupts a command is not for its readers
            )
        except OSError as error:  # there is no room for one, say
            jobs.close()
            logger.exception("%s cannot be begun", FORKSERVER)
            raise UnavailableError(AWAY) from error
    return Forkserver(process, jobs)


@atexit.register
def stop(which: Forkserver | None = None) -> None:
    """End what forks readers, and them; if `which` is told, only where another was not begun."""
    global forkserver
    with BEGINNING:
        if forkserver and which in (None, forkserver):
            forkserver.stop()
            forkserver = None


def forget() -> None:
    """Leave the forkserver to the process that this is a fork of."""
    global forkserver, BEGINNING
    if forkserver:
        forkserver.jobs.close()
    forkserver, BEGINNING = None, Lock()


os.register_at_fork(after_in_child=forget)


def wait(lease: socket.socket, seconds: float) -> int | None:
    """Return the exit code of a reader, once it has ended; None where the forkserver has.

    Raises UnavailableError where there was no room for one.
    """
    try:
        said = heard(lease, min(max(seconds, SHORTEST), LONGEST))
    except TimeoutError:
        lease.shutdown(socket.SHUT_WR)  # which ends it
        try:
            return -SIGXCPU if heard(lease, ENDS_WITHIN) else None
        except TimeoutError:  # nor does what forks them answer
            return None
    if said == NO_ROOM:
        logger.error("There is no room for a process that reads a file")
        raise UnavailableError(AWAY)
    return int(said) if said else None


def heard(lease: socket.socket, seconds: float) -> bytes:
    lease.settimeout(seconds)
    try:
        return lease.recv(16)
    except ConnectionError:
        return b""


def cores() -> list[int]:
    """Return where a reader may run: where the thread that waits for it does."""
    return sorted(os.sched_getaffinity(0)) if sys.platform == "linux" else []


def bare_environ() -> dict[str, str]:
    """Return no secrets: only what Python needs, and what measures the tests."""
    return {name: value for name, value in os.environ.items() if name.startswith(KEPT)}
