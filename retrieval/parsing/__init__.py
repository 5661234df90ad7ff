"""Turns files into plain text, in a process of its own that can be stopped.

Whatever a file holds, its reader has a bounded time and memory, and its failure is an
`UnreadableFileError` that says what to do.
"""

from retrieval.parsing.exceptions import (
    FileTooLargeError,
    TooManyFilesError,
    UnreadableFileError,
    UnsupportedFileError,
)
from retrieval.parsing.limits import Limits, Parsed
from retrieval.parsing.sandbox import parse

__all__ = [
    "FileTooLargeError",
    "Limits",
    "Parsed",
    "TooManyFilesError",
    "UnreadableFileError",
    "UnsupportedFileError",
    "parse",
]
