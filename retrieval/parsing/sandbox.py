"""The process that reads a file, seen from the one that wants its text."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from signal import SIGXCPU
from tempfile import TemporaryFile
from threading import BoundedSemaphore
from typing import IO, Any

from django.conf import settings

from retrieval.parsing import (
    FileTooLargeError,
    Limits,
    TooManyFilesError,
    UnreadableFileError,
    UnsupportedFileError,
    too_large,
)

PROJECT = Path(__file__).parents[2]
COPY = 1024 * 1024  # bytes at a time
ERRORS = {each.__name__: each for each in (FileTooLargeError, UnsupportedFileError)}
SLOTS = BoundedSemaphore(2)  # files that a process of the site has read at a time


def file_text(file: IO[Any], *, name: str = "", limits: Limits | None = None) -> str:
    """Return the text of a file, whose kind its content tells; `name` only breaks ties.

    The limits are those that the settings set, unless others are given. Raises UnreadableFileError.
    """
    name = name or str(getattr(file, "name", ""))
    limits = limits or Limits(
        bytes=settings.RETRIEVAL_MAX_FILE_BYTES,
        pages=settings.RETRIEVAL_MAX_FILE_PAGES,
        seconds=settings.RETRIEVAL_PARSE_SECONDS,
    )
    suffix, numbers = Path(name).suffix[:10].lower(), json.dumps(asdict(limits))
    # A process, since only a process can be stopped for sure; a new interpreter, since a server's
    # threads must not be forked. It reads a copy of its own: no name, nothing else open.
    with slot(limits.seconds), TemporaryFile() as copy, TemporaryFile() as output:
        copy_within(file, copy, limits.bytes)
        copy.seek(0)
        try:
            code = subprocess.run(
                [sys.executable, "-m", "retrieval.parsing.worker", suffix, numbers],
                cwd=PROJECT,
                env=bare_environ(),
                stdin=copy,
                stdout=output,
                stderr=subprocess.DEVNULL,
                timeout=limits.seconds,
            ).returncode
        except subprocess.TimeoutExpired:  # it is killed by now
            code = -SIGXCPU
        output.seek(0)
        return result(output.read(), code)


@contextmanager
def slot(seconds: float) -> Iterator[None]:
    """Wait for a turn: however many files come at once, they do not take the whole machine."""
    if not SLOTS.acquire(timeout=max(seconds, 1)):
        raise TooManyFilesError("Many files are being read just now. Try again shortly.")
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


def result(output: bytes, returncode: int) -> str:
    """Return what the worker read, or raise what it raised; one without output ran out of a limit.

    Its word is taken for no more than text: a hostile file may have taken it over.
    """
    if returncode == -SIGXCPU:  # of the time on the clock, or of the processor's
        raise UnreadableFileError(
            "Reading the file took too long. Split it, or save it in a simpler format."
        )
    try:
        values: dict[str, Any] = json.loads(output)
    except ValueError as error:
        raise UnreadableFileError(
            "The file takes too much to read, or is broken. Save it again, simpler or in parts."
        ) from error
    if "error" in values:
        raise ERRORS.get(values["error"], UnreadableFileError)(values["message"])
    return str(values["text"])
