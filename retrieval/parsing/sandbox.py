"""Has a file read: a copy of it, within limits, by a reader that is not believed (`readers.py`)."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from signal import SIGXCPU
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
from retrieval.parsing.readers import run_reader

ODD = re.compile(r"[^\w.+:-]")  # which no suffix has, nor an encoding's name
COPY = 1024 * 1024  # bytes at a time
ERRORS = {each.__name__: each for each in (FileTooLargeError, UnsupportedFileError)}


def read_file(
    file: IO[Any], *, name: str = "", charset: str = "", limits: Limits | None = None
) -> Parsed:
    """Return the text of a file, whose kind its content tells; `name` only breaks ties.

    `charset` is believed where it decodes. The limits are those that the settings set, unless
    others are given. Raises UnreadableFileError, BusyError where it is not its turn, and
    UnavailableError where no process can be had that reads.
    """
    name = name or str(getattr(file, "name", ""))
    limits = limits or of_settings()
    suffix, charset = (ODD.sub("", each)[:40] for each in (Path(name).suffix.lower(), charset))
    # It reads a copy of its own: no name, nothing else open.
    with dear_work(), TemporaryFile() as copy, TemporaryFile() as output:
        copy_within(file, copy, limits.bytes)
        ended = run_reader(copy, output, suffix, charset, limits)
        return result(what_is_in(output), ended, limits)


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


def what_is_in(output: IO[bytes]) -> bytes:
    try:
        output.seek(0)
        return output.read()
    except OSError:  # its reader can have set it so that it cannot be read
        return b""


def result(output: bytes, returncode: int, limits: Limits) -> Parsed:
    """Return what the worker read, or raise what it raised; one without output ran out of a limit.

    Its word is taken for no more than text: a hostile file may have taken it over.
    """
    if returncode == -SIGXCPU:  # of the time on the clock, or of the processor's
        raise TooSlowError(
            "Reading the file took too long. Split it, or save it in a simpler format."
        )
    try:
        said = read_as_told(json.loads(output), limits)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise UnreadableFileError(
            "The file takes too much to read, or is broken. Save it again, simpler or in parts."
        ) from error
    if isinstance(said, UnreadableFileError):
        raise said
    return said


def read_as_told(told: Mapping[str, Any], limits: Limits) -> Parsed | UnreadableFileError:
    """Return what a reader says; raises one of many errors where none would say that."""
    if "error" in told:
        return ERRORS.get(text_in(told["error"]), UnreadableFileError)(text_in(told["message"]))
    text = text_in(told["text"])
    if len(text) > limits.characters:
        raise ValueError("a text that is longer than it may be")
    return Parsed(text, tuple(map(text_in, told.get("notes", ()))))


def text_in(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} in place of text")
    return value
