"""Turns files into plain text, in a process of its own that can be stopped (`sandbox.py`).

Whatever a file holds, its reader has a bounded time and memory, and its failure is an
`UnreadableFileError` that says what to do.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What a file may be, and what is read of it."""

    bytes: int = 10 * 1024**2
    pages: int = 500  # of a PDF, or slides
    characters: int = 2_000_000
    inflated_bytes: int = 100 * 1024**2
    seconds: float = 20
    memory_bytes: int = 1024**3


class UnreadableFileError(ValueError):
    """Broken, locked, without text, or too slow to read; the classes below say what else."""


class FileTooLargeError(UnreadableFileError):
    """Too large, at once or when unpacked."""


class UnsupportedFileError(UnreadableFileError):
    """No kind that is read here."""


class TooManyFilesError(UnreadableFileError):
    """So many files are being read that this one did not get its turn."""


def too_large(what: str) -> FileTooLargeError:
    return FileTooLargeError(f"The file is too large: {what}. Split it.")


def broken(kind: str) -> UnreadableFileError:
    return UnreadableFileError(
        f"The file looks like {kind}, but it cannot be read: it is broken or incomplete. "
        "Open it in its program, save it again and send that."
    )
