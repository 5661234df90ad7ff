"""The process that reads a file, seen from the one that wants its text."""

import json
import os
import re
import subprocess
import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from signal import SIGKILL, SIGXCPU
from tempfile import TemporaryFile
from typing import IO, Any

from django.conf import settings

from api.dear_work import dear_work
from retrieval.parsing import (
    FileTooLargeError,
    Limits,
    Parsed,
    TooSlowError,
    UnreadableFileError,
    UnsupportedFileError,
    too_large,
)
from retrieval.parsing.confinement import MEASURED

PROJECT = Path(__file__).parents[2]
ODD = re.compile(r"[^\w.+:-]")  # which no argument of a program may be, or should
COPY = 1024 * 1024  # bytes at a time
ERRORS = {each.__name__: each for each in (FileTooLargeError, UnsupportedFileError)}


def read_file(
    file: IO[Any], *, name: str = "", charset: str = "", limits: Limits | None = None
) -> Parsed:
    """Return the text of a file, whose kind its content tells; `name` only breaks ties.

    `charset` is believed where it decodes. The limits are those that the settings set, unless
    others are given. Raises UnreadableFileError, and BusyError where it is not its turn.
    """
    name = name or str(getattr(file, "name", ""))
    limits = limits or of_settings()
    suffix, charset = (ODD.sub("", each)[:40] for each in (Path(name).suffix.lower(), charset))
    numbers = json.dumps(asdict(limits))
    # A process, since only a process can be stopped for sure; a new interpreter, since a server's
    # threads must not be forked. It reads a copy of its own: no name, nothing else open.
    with dear_work(), TemporaryFile() as copy, TemporaryFile() as output:
        copy_within(file, copy, limits.bytes)
        copy.seek(0)
        worker = subprocess.Popen(
            [sys.executable, "-m", "retrieval.parsing.worker", suffix, charset, numbers],
            cwd=PROJECT,
            env=bare_environ(),
            stdin=copy,
            stdout=output,
            stderr=subprocess.DEVNULL,
            process_group=0,  # with what it starts itself
        )
        try:
            code = worker.wait(limits.seconds)
        except subprocess.TimeoutExpired:
            code = -SIGXCPU
        finally:
            with suppress(ProcessLookupError):  # also what it started, and left behind
                os.killpg(worker.pid, SIGKILL)
            worker.wait()
        output.seek(0)
        return result(output.read(), code)


def of_settings() -> Limits:
    """Return the limits of a file that somebody waits for."""
    return Limits(
        bytes=settings.RETRIEVAL_MAX_FILE_BYTES,
        pages=settings.RETRIEVAL_MAX_FILE_PAGES,
        seconds=settings.RETRIEVAL_PARSE_SECONDS,
        ocr=settings.RETRIEVAL_OCR,
    )


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
    kept = ("PATH", "PYTHON", MEASURED, "LANG", "LC_")
    return {name: value for name, value in os.environ.items() if name.startswith(kept)}


def result(output: bytes, returncode: int) -> Parsed:
    """Return what the worker read, or raise what it raised; one without output ran out of a limit.

    Its word is taken for no more than text: a hostile file may have taken it over.
    """
    if returncode == -SIGXCPU:  # of the time on the clock, or of the processor's
        raise TooSlowError(
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
    return Parsed(str(values["text"]), tuple(map(str, values.get("notes", ()))))
