"""Request bodies that come without a Content-Length, which Django takes for empty ones."""

from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

from django.conf import settings

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]
REFUSAL = b'{"detail":"Send the body with a Content-Length, not in chunks."}'


def with_body_length(application: Application) -> Application:
    """Give such a body its length, where the server says where it ends (`wsgi.input_terminated`).

    HTTP/1.1 sends one in chunks (RFC 9112 section 7.1), HTTP/2 as it comes. A server that hands
    on the chunks as they are, as runserver does, leaves no way to read them: 411.
    """

    def wrapped(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ.get("CONTENT_LENGTH") or environ["REQUEST_METHOD"] in ("GET", "HEAD"):
            return application(environ, start_response)
        if environ.get("wsgi.input_terminated"):
            # One more than is taken, so that what is too large is still seen to be.
            body = environ["wsgi.input"].read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
            form = environ.get("CONTENT_TYPE", "").startswith("multipart/")
            if form and len(body) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
                # A file may be longer than this memory: half of one must not pass for it.
                return refused(start_response)
            environ |= {"CONTENT_LENGTH": str(len(body)), "wsgi.input": BytesIO(body)}
        elif "HTTP_TRANSFER_ENCODING" in environ:
            return refused(start_response)
        return application(environ, start_response)

    return wrapped


def refused(start_response: Any) -> Iterable[bytes]:
    start_response("411 Length Required", [("Content-Type", "application/json")])
    # No list: of its length wsgiref would make a Content-Length, keep the connection open and
    # take the chunks for the next request.
    return iter([REFUSAL])
