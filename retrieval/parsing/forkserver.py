"""The process that forks a reader for each file; `readers.py` asks it to.

A new interpreter takes 0.15 s of a processor before it reads, a fork of one that has loaded
everything 10 ms. It holds nothing that a file which takes a reader over could want: it has no
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
from contextlib import suppress
from importlib import import_module
from typing import Any, NamedTuple, NoReturn

from api.processes import die_with_parent
from retrieval.parsing import Limits
from retrieval.parsing.confinement import can_close_files, can_refuse_calls
from retrieval.parsing.kinds import READERS
from retrieval.parsing.worker import read_standard_input

LIBRARIES = ("py_landlock", "pyseccomp", "chardet", "lxml.html", "selectolax.lexbor", "pypdf")
MODULES = (*LIBRARIES, *sorted({f"retrieval.parsing.{module}" for module, _ in READERS.values()}))
"""What a reader may need, loaded while nobody waits for one."""
LONGEST_JOB = 4096  # bytes


class Job(NamedTuple):
    """What arrives with one byte: three descriptors."""

    lease: socket.socket
    """Says in JSON what is to be done and takes the exit code; who closes it ends the reader."""
    file: int
    output: int


def main() -> None:
    site, parent = socket.socket(fileno=os.dup(sys.stdin.fileno())), os.getpid()
    can_close_files(), can_refuse_calls()  # every reader asks, which takes long the first time
    described, job = next_job(site)
    site.close()  # a fork from here on
    become_reader(job, parent)
    read(json.loads(described))


def read(task: dict[str, Any]) -> NoReturn:
    if task["cores"]:
        os.sched_setaffinity(0, task["cores"])
    read_standard_input(task["suffix"], task["charset"], Limits(**task["limits"]))
    sys.stdout.flush()
    os._exit(0)  # taking apart all that was loaded would take longer than most files


def next_job(site: socket.socket) -> tuple[bytes, Job]:
    """Fork for each job, and return it in the fork: nowhere else. Exit when the site has."""
    readers: dict[int, socket.socket] = {}
    unloaded = [*MODULES]
    ended = wake_at_ends()
    while True:
        wait = 0 if unloaded else None
        ready, _, _ = select.select([site, ended, *readers.values()], [], [], wait)
        if not ready:
            import_module(unloaded.pop(0))
            gc.freeze()  # so that no fork looks through it, and has to copy what it looks at
        if ended in ready:
            ended.recv(LONGEST_JOB)
        for reader, lease in [*readers.items()]:
            if tidied_up(reader, lease, given_up=lease in ready):
                del readers[reader]
        if site in ready:
            job = arrived(site) or leave([*readers])
            described = job.lease.recv(LONGEST_JOB)  # it was said before the job was handed over
            if not (reader := fork(job)):
                return described, job
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


def leave(readers: list[int]) -> NoReturn:
    for reader in readers:
        kill_group(reader)
    sys.exit()


def fork(job: Job) -> int:
    """Return the new process, and 0 in it."""
    if reader := os.fork():
        os.close(job.file)
        os.close(job.output)
        with suppress(OSError):  # it did so itself, and may have ended
            os.setpgid(reader, reader)
    return reader


def tidied_up(reader: int, lease: socket.socket, *, given_up: bool) -> bool:
    """Tell whether a reader has ended, and say so to whoever waits; one that is given up does."""
    if given_up:
        kill_group(reader)
    pid, status = os.waitpid(reader, 0 if given_up else os.WNOHANG)
    if not pid:
        return False
    kill_group(reader)  # what it started itself, and left behind
    with lease, suppress(OSError):  # nobody waits any more
        lease.sendall(str(os.waitstatus_to_exitcode(status)).encode())
    return True


def kill_group(reader: int) -> None:
    with suppress(OSError):  # there is none, or it has ended
        os.killpg(reader, signal.SIGKILL)


def become_reader(job: Job, parent: int) -> None:
    """Have the file as standard input, its text as standard output, and nothing else."""
    die_with_parent(parent)
    with suppress(OSError):  # it was done meanwhile
        os.setpgid(0, 0)
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(job.file, sys.stdin.fileno())
    os.dup2(job.output, sys.stdout.fileno())
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    job.lease.close()
    os.closerange(sys.stderr.fileno() + 1, os.sysconf("SC_OPEN_MAX"))


if __name__ == "__main__":
    main()
