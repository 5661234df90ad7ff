"""Request bodies without a Content-Length, which Django takes for empty, or with a wrong one."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.conf import settings

from api.body_ahead import BodyWantedError, ahead_of

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]
NO_LENGTH = b'{"detail":"Send the body with a Content-Length, not in chunks."}'
NO_NUMBER = b'{"detail":"Content-Length is no number of bytes. Send how many the body has."}'
LONGEST = 19  # digits of a length; Python reads no number of thousands
PIECE = 64 * 1024  # bytes
WITH_THE_HEAD = 8 * 1024
"""Bytes of a body that a server takes in with the head, whether or not they are read."""


def with_body_length(application: Application) -> Application:
    """Give such a body its length, where the server says where it ends (`wsgi.input_terminated`).

    HTTP/1.1 sends one in chunks (RFC 9112 section 7.1), HTTP/2 as it comes. A server that hands
    on the chunks as they are leaves no way to read them: 411.
    """

    def wrapped(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or "0"
        if not (length.isascii() and length.isdecimal() and len(length) <= LONGEST):
            return refused(start_response, "400 Bad Request", NO_NUMBER)
        if environ.get("CONTENT_LENGTH") or environ["REQUEST_METHOD"] in ("GET", "HEAD"):
            answer = application(environ, start_response)
            if settings.PROXY_BUFFERS and int(length) > WITH_THE_HEAD:
                pass_over(environ["wsgi.input"])
            return answer
        if environ.get("wsgi.input_terminated"):
            # One more than is taken, so that what is too large is still seen to be.
            limit = most(environ.get("CONTENT_TYPE", "")) + 1
            if "HTTP_TRANSFER_ENCODING" in environ:
                with suppress(BodyWantedError):
                    answer = application(ahead_of(environ), start_response)
                    pass_over(environ["wsgi.input"], limit)
                    return answer
            with kept(environ["wsgi.input"], limit) as (body, length):
                environ |= {"CONTENT_LENGTH": str(length), "wsgi.input": body}
                return application(environ, start_response)
        if "HTTP_TRANSFER_ENCODING" in environ:
            return refused(start_response, "411 Length Required", NO_LENGTH)
        return application(environ, start_response)

    return wrapped


def pass_over(stream: Any, limit: int | None = None) -> None:
    """Read what the application left of a body, such as one that it refused; so much at most.

    A proxy that holds it whole is still sending when the connection ends, and takes the site for
    broken: who sent it would be told that of nginx, and not why it was refused.
    """
    left = limit or sys.maxsize
    while left > 0 and (piece := stream.read(PIECE)):
        left -= len(piece)


def most(content_type: str) -> int:
    """Return how long a body of a type may be, in bytes: a form may have a file in it."""
    is_form = content_type.lower().startswith("multipart/")
    length: int = settings.FORM_MAX_BYTES if is_form else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    return length


@contextmanager
def kept(stream: Any, limit: int) -> Iterator[tuple[IO[bytes], int]]:
    """Hold up to so many bytes of a stream, on the disk when they are many, with their number."""
    with SpooledTemporaryFile(settings.DATA_UPLOAD_MAX_MEMORY_SIZE) as body:
        left = limit
        while left and (piece := stream.read(min(PIECE, left))):
            body.write(piece)
            left -= len(piece)
        body.seek(0)
        yield body, limit - left


def refused(start_response: Any, status: str, body: bytes) -> Iterable[bytes]:
    start_response(status, [("Content-Type", "application/json")])
    # No list: of its length wsgiref would make a Content-Length, keep the connection open and
    # take the chunks for the next request.
    return iter([body])
