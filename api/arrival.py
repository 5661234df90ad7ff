"""A request as granian's event loop meets it (RSGI 1.6), made into what WSGI knows (PEP 3333)."""

import sys
from collections.abc import Awaitable, Callable
from functools import lru_cache
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.conf import settings

from api.body_length import most

SMALL_BODY = 64 * 1024
"""Bytes that are taken in at once. A longer body comes piece by piece, and may go to the disk."""

BASE = {
    "SCRIPT_NAME": "",
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    "wsgi.input_terminated": True,
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
}
WITHOUT_PREFIX = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}


UNREAD = "body.unread"
"""Set in the environ while some of the body is left: who answers then ends the connection."""


HELD = "body.held"
"""How many bytes of a body are held."""


class RefusedError(Exception):
    """A request that no thread needs to look at. The text says what to do."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


class Room:
    """What all bodies of a process may hold together, from their arrival to their answer."""

    def __init__(self, most: int) -> None:
        self.most = most
        """In bytes."""
        self.held = 0

    def take(self, environ: dict[str, Any], size: int) -> None:
        """Let a request's body hold so many more bytes; raises RefusedError."""
        if self.held + size > self.most:
            raise RefusedError(503, "Too much is arriving. Try again in a moment.")
        self.held += size
        environ[HELD] = environ.get(HELD, 0) + size

    def give_back(self, environ: dict[str, Any]) -> None:
        self.held -= environ.pop(HELD, 0)


def environ_of(scope: Any) -> dict[str, Any]:
    """Return the environ of a request, without its body.

    Headers whose names have underscores are left out: among variables they would pass for those
    with hyphens, which a proxy sets.
    """
    path = scope.path
    environ = {
        **BASE,
        "REQUEST_METHOD": scope.method,
        "PATH_INFO": path if path.isascii() else path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "wsgi.url_scheme": scope.scheme,
    }
    environ["SERVER_NAME"], environ["SERVER_PORT"] = host_and_port(scope.server)
    environ["REMOTE_ADDR"], _ = host_and_port(scope.client)
    environ["HTTP_HOST"] = ""  # without which Django would take the server's own name for the host
    for header, value in scope.headers.items():
        name = variable(header)
        if environ.get(name):
            environ[name] += (";" if name == "HTTP_COOKIE" else ",") + value
        elif name:
            environ[name] = value
    return environ


def check_path(path: str) -> None:
    """Raise RefusedError for a path that the server did not understand."""
    if "\ufffd" in path:  # what it makes of bytes that are no UTF-8
        raise RefusedError(400, "The path is no UTF-8. Percent-encode it once, as UTF-8.")


@lru_cache(256)
def variable(header: str) -> str:
    """Return the name of a header's variable; "" for one that has none."""
    if "_" in header:
        return ""
    return WITHOUT_PREFIX.get(header) or f"HTTP_{header.upper().replace('-', '_')}"


@lru_cache(256)
def host_and_port(address: str) -> tuple[str, str]:
    host, _, port = address.rpartition(":")
    return host.strip("[]"), port


def has_body(environ: dict[str, Any]) -> bool:
    return "HTTP_TRANSFER_ENCODING" in environ or environ.get("CONTENT_LENGTH", "0") != "0"


def is_short(environ: dict[str, Any]) -> bool:
    length = environ.get("CONTENT_LENGTH")
    return length is not None and int(length) <= SMALL_BODY


async def take_in(environ: dict[str, Any], protocol: Any, room: Room) -> None:
    """Wait for the whole body of a request, which is short, and put it into the environ.

    Raises RefusedError for one that breaks off, and where there is no room.
    """
    try:
        content = await protocol()
    except Exception as error:
        raise RefusedError(400, "The body did not arrive whole. Send it again.") from error
    del environ[UNREAD]
    room.take(environ, len(content))
    environ["wsgi.input"] = BytesIO(content)


async def take_in_long(
    environ: dict[str, Any], protocol: Any, room: Room, is_wanted: Callable[[], Awaitable[bool]]
) -> bool:
    """Wait for a body that is long, or may be, where `is_wanted`; say whether it is there.

    Of one that is longer than any may be nothing is read: the application will say so, and the
    connection ends with that. Raises RefusedError as `take_in` does.
    """
    declared = int(environ["CONTENT_LENGTH"]) if "CONTENT_LENGTH" in environ else None
    limit = most(environ.get("CONTENT_TYPE", ""))
    if declared is not None and declared > limit:
        return True
    # Whoever answers the request closes it.
    body: IO[bytes] = SpooledTemporaryFile(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)  # noqa: SIM115
    environ["wsgi.input"] = body
    asked = False
    length = empty = 0
    if declared is not None:
        asked = True
        if not await is_wanted():
            return False
    async for piece in protocol:
        length += len(piece)
        empty += not piece
        room.take(environ, len(piece))
        if length > SMALL_BODY and not asked:
            asked = True
            if not await is_wanted():
                return False
        body.write(piece)
        if length > limit:  # by which it is seen to be too large
            break
    else:
        del environ[UNREAD]
    if declared is not None and length != declared:
        raise RefusedError(400, "The body did not arrive whole. Send it again.")
    # granian ends every body with an empty piece, says by another that chunks are broken or break
    # off, and does so for trailers too.
    if empty > 1:
        raise RefusedError(400, "The chunks did not arrive whole. Send them again, no trailers.")
    environ["CONTENT_LENGTH"] = str(length)
    body.seek(0)
    return True
