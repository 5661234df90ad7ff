"""What a file may be, and what is said of one that is not."""

from dataclasses import dataclass


class UnreadableFileError(ValueError):
    """A file of which no text can be had; `status` is what HTTP says to it.

    413: too large, at once or when unpacked. 415: no kind that is read here. 422: broken, locked,
    without text, or too slow to read. 503: too many are being read already.
    """

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Limits:
    bytes: int = 10 * 1024**2
    pages: int = 500  # of a PDF, or slides
    characters: int = 2_000_000
    inflated_bytes: int = 100 * 1024**2
    seconds: float = 20
    memory_bytes: int = 1024**3


@dataclass(frozen=True)
class Parsed:
    text: str
    kind: str
    """Such as "pdf"."""


def too_large(what: str) -> UnreadableFileError:
    return UnreadableFileError(f"The file is too large: {what}. Split it.", 413)


def broken(kind: str) -> UnreadableFileError:
    return UnreadableFileError(
        f"The file looks like {kind}, but it cannot be read: it is broken or incomplete. "
        "Open it in its program, save it again and send that.",
        422,
    )
