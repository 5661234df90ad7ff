"""The process that reads a file, seen from the one that wants its text."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from threading import BoundedSemaphore
from typing import IO, Any

from retrieval.parsing.limits import Limits, Parsed, UnreadableFileError, too_large

PROJECT = Path(__file__).parents[2]
COPY = 1024 * 1024  # bytes at a time
DEFAULT = Limits()
SLOTS = BoundedSemaphore(2)  # files that a process of the site has read at a time


def parse(file: IO[bytes], *, name: str = "", limits: Limits = DEFAULT) -> Parsed:
    """Return the text of a file, whose kind its content tells; `name` only breaks ties.

    Raises UnreadableFileError.
    """
    # A process, since only a process can be stopped for sure; a new interpreter, since a server's
    # threads must not be forked. It reads a copy of its own: no name, nothing else open.
    with slot(limits.seconds), TemporaryFile() as copy, TemporaryFile() as answer:
        copy_within(file, copy, limits.bytes)
        copy.seek(0)
        process = subprocess.Popen(
            [sys.executable, "-m", "retrieval.parsing.worker", Path(name).suffix[:10].lower()]
            + [str(getattr(limits, field)) for field in Limits.__dataclass_fields__],
            cwd=PROJECT,
            env=bare_environ(),
            stdin=copy,
            stdout=answer,
            stderr=subprocess.DEVNULL,
        )
        try:
            process.wait(limits.seconds)
        except subprocess.TimeoutExpired as error:
            raise took_too_long() from error
        finally:
            process.kill()
            process.wait()
        answer.seek(0)
        return understood(answer.read(), process.returncode)


@contextmanager
def slot(seconds: float) -> Iterator[None]:
    """Wait for a turn: however many files come at once, they do not take the whole machine."""
    if not SLOTS.acquire(timeout=max(seconds, 1)):
        raise UnreadableFileError("Many files are being read just now. Try again shortly.", 503)
    try:
        yield
    finally:
        SLOTS.release()


def copy_within(file: IO[bytes], copy: IO[bytes], limit: int) -> None:
    size = 0
    while part := file.read(COPY):
        size += len(part)
        if size > limit:
            raise too_large(f"{limit / 1024**2:g} MiB at most")
        copy.write(part)
    copy.flush()


def bare_environ() -> dict[str, str]:
    """Return no secrets: only what Python needs, and what measures the tests."""
    kept = ("PATH", "PYTHON", "COVERAGE_", "LANG", "LC_")
    return {name: value for name, value in os.environ.items() if name.startswith(kept)}


def understood(answer: bytes, returncode: int) -> Parsed:
    """Read the worker's last words; a worker that died without any ran out of a limit."""
    if returncode == -24:  # SIGXCPU
        raise took_too_long()
    try:
        told: dict[str, Any] = json.loads(answer)
    except ValueError as error:
        raise UnreadableFileError(
            "The file takes too much to read, or is broken. Save it again, simpler or in parts.",
            422,
        ) from error
    if "status" in told:
        raise UnreadableFileError(told["message"], told["status"])
    return Parsed(told["text"], told["kind"])


def took_too_long() -> UnreadableFileError:
    return UnreadableFileError(
        "Reading the file took too long. Split it, or save it in a simpler format.", 422
    )
