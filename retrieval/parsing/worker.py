"""Reads the file on standard input and prints its text as JSON: see `forkserver.py`."""

import json
import sys

from retrieval.parsing import Limits, Parsed, Source, UnreadableFileError, broken
from retrieval.parsing.confinement import confine
from retrieval.parsing.kinds import read_source


def read(content: bytes, suffix: str, limits: Limits, charset: str = "") -> Parsed:
    """Return what a file says; raises UnreadableFileError, whatever it holds."""
    source = Source(content, limits, suffix=suffix, charset=charset)
    return Parsed(read_source(source), tuple(source.notes))


def read_standard_input(suffix: str, charset: str, limits: Limits) -> None:
    confine(limits)
    try:
        parsed = read(sys.stdin.buffer.read(), suffix, limits, charset)
        answer = {"text": parsed.text, "notes": parsed.notes}
    except (UnreadableFileError, MemoryError, RecursionError) as error:
        known = isinstance(error, UnreadableFileError)
        refusal = error if known else broken("a file that is far too deep or large")
        answer = {"error": type(refusal).__name__, "message": str(refusal)}
    sys.stdout.write(json.dumps(answer))
