"""What a file may be, and what is read of it."""

from dataclasses import dataclass


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
