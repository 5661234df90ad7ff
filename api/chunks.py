"""Bodies in chunks (RFC 9112 section 7.1), for a server that leaves them to its application."""

from typing import Any

LINE_MAX = 1024  # bytes


class BrokenChunksError(ValueError):
    """What came is no body in chunks, or not the whole of it."""


class Chunks:
    """A body in chunks as one stream, which ends where the body does."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.left = 0
        """Bytes of the chunk that is being read."""
        self.ended = False

    def read(self, size: int) -> bytes:
        """Return up to so many bytes; none at the end. Raises BrokenChunksError."""
        if not self.left and not self.ended:
            self.begin()
        piece: bytes = self.stream.read(min(self.left, size))
        if not piece and self.left:
            raise BrokenChunksError
        self.left -= len(piece)
        if piece and not self.left:
            self.line()
        return piece

    def begin(self) -> None:
        size, _, _ = self.line().partition(b";")
        try:
            self.left = int(size, 16)
        except ValueError as error:
            raise BrokenChunksError from error
        if self.left == 0:
            self.ended = True
            while self.line():
                pass  # trailers, of which nobody here makes use
        elif self.left < 0:
            raise BrokenChunksError

    def line(self) -> bytes:
        found: bytes = self.stream.readline(LINE_MAX)
        if not found.endswith(b"\n"):
            raise BrokenChunksError
        return found.strip()
