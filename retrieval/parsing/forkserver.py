"""The process that forks a reader for each file; `readers.py` asks it to.

A new interpreter takes 0.16 s of a processor for a small file, a fork of one that has loaded
everything 12 ms. It holds nothing that a file which takes a reader over could want: it has no
secrets, opens no file, and each reader closes what is not its own. And it has one thread: a fork
has no others, and whatever they held would be held for ever.
"""

import gc
import json
import os
import select
import signal
import socket
import sys
from collections.abc import Collection
from contextlib import suppress
from importlib import import_module
from typing import Any, NamedTuple, NoReturn

from api.processes import die_with_parent
from retrieval.parsing import Limits
from retrieval.parsing.confinement import can_close_files, can_refuse_calls
from retrieval.parsing.kinds import READERS
from retrieval.parsing.worker import read_standard_input

STDIN, STDOUT, STDERR = 0, 1, 2
LIBRARIES = ("py_landlock", "pyseccomp", "chardet", "lxml.html", "selectolax.lexbor", "pypdf")
MODULES = (*LIBRARIES, *sorted({f"retrieval.parsing.{module}" for module, _ in READERS.values()}))
"""What a reader may need, loaded while nobody waits for one."""
LONGEST_JOB = 64 * 1024  # bytes
NO_ROOM = b"no room"
"""What is said in place of an exit code where no process can be begun."""


class Job(NamedTuple):
    """What arrives with one byte: three descriptors."""

    lease: socket.socket
    """Says in JSON what is to be done and takes the exit code; who closes it ends the reader."""
    file: int
    output: int


class Readers(dict[int, socket.socket]):
    """The readers that live, and the lease of each."""

    def __init__(self) -> None:
        super().__init__()
        self.given_up: set[int] = set()

    def leases(self) -> list[socket.socket]:
        """Return those that somebody may close."""
        return [lease for reader, lease in self.items() if reader not in self.given_up]

    def give_up(self, leases: Collection[socket.socket]) -> None:
        """End those whose lease was closed."""
        for reader, lease in self.items():
            if lease in leases:
                self.given_up.add(reader)
                kill(reader)

    def tidy_up(self) -> None:
        """Say of each that has ended how it did; what it started, and left behind, ends too."""
        while ended := ended_now():
            reader, status = ended
            if lease := self.pop(reader, None):  # or what a reader made this process the parent of
                self.given_up.discard(reader)
                kill_group(reader)
                with lease, suppress(OSError):  # nobody waits any more
                    lease.sendall(str(os.waitstatus_to_exitcode(status)).encode())

    def kill_all(self) -> None:
        for reader in self:
            kill(reader)


def main() -> None:
    prepare()
    site, parent = socket.socket(fileno=os.dup(STDIN)), os.getpid()
    readers = Readers()
    try:
        described, job = next_job(site, readers)
    finally:
        if os.getpid() == parent:  # the site has ended, or this failed
            readers.kill_all()
    site.close()  # a fork from here on
    become_reader(job, parent)
    read(json.loads(described))


def prepare() -> None:
    if sys.stderr is None:  # the site was begun without
        os.open(os.devnull, os.O_WRONLY)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    can_close_files(), can_refuse_calls()  # every reader asks, which takes long the first time


def read(task: dict[str, Any]) -> NoReturn:
    if task["cores"]:
        with suppress(OSError):  # they are gone
            os.sched_setaffinity(0, task["cores"])
    read_standard_input(task["suffix"], task["charset"], Limits(**task["limits"]))
    sys.stdout.flush()
    os._exit(0)  # taking apart all that was loaded would take longer than most files


def next_job(site: socket.socket, readers: Readers) -> tuple[bytes, Job]:
    """Fork for each job, and return it in the fork: nowhere else. Exit when the site has."""
    unloaded = [*MODULES]
    ended = wake_at_ends()
    while True:
        wait = 0 if unloaded else None
        ready, _, _ = select.select([site, ended, *readers.leases()], [], [], wait)
        if not ready:
            with suppress(Exception):  # a reader that needs it will fail by itself
                import_module(unloaded.pop(0))
            gc.freeze()  # so that no fork looks through it, and has to copy what it looks at
        if ended in ready:
            ended.recv(LONGEST_JOB)
        readers.give_up(ready)
        readers.tidy_up()
        if site in ready:
            job = arrived(site) or sys.exit()
            described = job.lease.recv(LONGEST_JOB)  # it was said before the job was handed over
            if (reader := fork(job)) == 0:
                return described, job
            if reader:
                readers[reader] = job.lease


def wake_at_ends() -> socket.socket:
    """Return a socket that has something to read when a fork has ended."""
    ours, signals = socket.socketpair()
    for each in (ours, signals):
        each.setblocking(False)
    signal.set_wakeup_fd(signals.detach(), warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)  # one that is not handled wakes nobody
    return ours


def arrived(site: socket.socket) -> Job | None:
    """Return what the site hands over; None where it has ended, however it did."""
    _, descriptors, *_ = socket.recv_fds(site, 1, 3)
    if len(descriptors) < 3:
        return None
    lease, file, output = descriptors
    return Job(socket.socket(fileno=lease), file, output)


def fork(job: Job) -> int | None:
    """Return the new process, 0 in it, and None where there is no room for one."""
    reader = None
    with suppress(OSError):
        reader = os.fork()
    if reader == 0:
        return 0
    os.close(job.file)
    os.close(job.output)
    with suppress(OSError):  # it did so itself and may have ended; or nobody waits any more
        if reader:
            os.setpgid(reader, reader)
        else:
            job.lease.sendall(NO_ROOM)
            job.lease.close()
    return reader


def ended_now() -> tuple[int, int] | None:
    """Return a child that has ended, with its status; None where there is none."""
    with suppress(ChildProcessError):
        reader, status = os.waitpid(-1, os.WNOHANG)
        return (reader, status) if reader else None
    return None


def kill(reader: int) -> None:
    """End a reader, wherever it is, and what it started."""
    with suppress(OSError):  # it has ended
        os.kill(reader, signal.SIGKILL)
    kill_group(reader)


def kill_group(reader: int) -> None:
    with suppress(OSError):  # there is none
        os.killpg(reader, signal.SIGKILL)


def become_reader(job: Job, parent: int) -> None:
    """Have the file as standard input, its text as standard output, and nothing else."""
    die_with_parent(parent)
    with suppress(OSError):  # it was done meanwhile
        os.setpgid(0, 0)
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(job.file, STDIN)
    os.dup2(job.output, STDOUT)
    os.dup2(os.open(os.devnull, os.O_WRONLY), STDERR)
    job.lease.close()
    os.closerange(STDERR + 1, os.sysconf("SC_OPEN_MAX"))


if __name__ == "__main__":
    main()
