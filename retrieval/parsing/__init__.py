"""Turns files into plain text, in a process of its own that can be stopped (`sandbox.py`).

Whatever a file holds, its reader has a bounded time and memory, and its failure is an
`UnreadableFileError` that says what to do. Nothing is altered in silence: what was guessed, and
what could not be read, is told beside the text.
"""

from dataclasses import dataclass, field
from math import inf
from typing import Any


@dataclass(frozen=True)
class Limits:
    """What a file may be, and what is read of it."""

    bytes: int = 10 * 1024**2
    pages: int = 500  # of a PDF, or slides
    characters: int = 2_000_000
    inflated_bytes: int = 100 * 1024**2
    seconds: float = 20
    ends: float = inf
    """When its reader is stopped, by time.monotonic()."""
    memory_bytes: int = 1024**3
    ocr: str = ""
    """The languages that tesseract looks for in pages without text; "" leaves them unread."""


@dataclass(frozen=True)
class Parsed:
    """What was read of a file."""

    text: str
    notes: tuple[str, ...] = ()
    """Sentences for whoever sent it: what was guessed, and what was left out."""


@dataclass
class Source:
    """A file on its way to become text: what a reader gets."""

    content: bytes
    limits: Limits = field(default_factory=Limits)
    suffix: str = ""
    """Of its name, in lower case, with the dot."""
    charset: str = ""
    """The encoding that whoever sent it named."""
    depth: int = 0
    """In how many other files it came, such as mails."""
    notes: list[str] = field(default_factory=list)
    decoded: str | None = None
    """What it says, once that was found out."""
    taken: int = 0
    """How many characters were read of it."""
    package: Any = None
    """The archive that it is, once that is open."""

    def tell(self, note: str) -> None:
        if note not in self.notes:
            self.notes.append(note)

    def take(self, text: str) -> str:
        """Return a text that was read: what grows too long is stopped while it grows."""
        self.taken += len(text)
        if self.taken > self.limits.characters:
            raise too_large(f"it holds more than {self.limits.characters:,} characters")
        return text


class UnreadableFileError(ValueError):
    """Broken, locked, without text, or too slow to read; the classes below say what else."""


class FileTooLargeError(UnreadableFileError):
    """Too large, at once or when unpacked."""


class TooSlowError(UnreadableFileError):
    """Longer to read than the limits let it."""


class UnsupportedFileError(UnreadableFileError):
    """No kind that is read here."""


def too_large(what: str) -> FileTooLargeError:
    return FileTooLargeError(f"The file is too large: {what}. Split it.")


def broken(kind: str) -> UnreadableFileError:
    return UnreadableFileError(
        f"The file looks like {kind}, but it cannot be read: it is broken or incomplete. "
        "Open it in its program, save it again and send that."
    )


def locked(what: str = "file") -> UnreadableFileError:
    return UnreadableFileError(
        f"The {what} has a password: it is encrypted. Save it without one and send that."
    )
