"""Django's request at a WSGI server, made at less cost."""

from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import LimitedStream, WSGIRequest
from django.http import UnreadablePostError

PLAIN_TYPES = frozenset(("", "application/json"))
"""Content types without parameters, so without a charset."""
ELSEWHERE = ("SCRIPT_NAME", "SCRIPT_URL", "REDIRECT_URL")
"""What a server says of a site that is below a path, or whose paths it rewrites."""


class APIRequest(WSGIRequest):
    """The same request; where nothing of it is unusual, it is not looked at twice.

    Django reads the path as bytes, since it may be no UTF-8, and looks for a script's name in it
    and for a charset in the content type. Most requests have none of them.
    """

    def __init__(self, environ: dict[str, Any]) -> None:
        path = environ.get("PATH_INFO", "")
        content_type = environ.get("CONTENT_TYPE", "")
        usual = path.isascii() and path[:1] == "/" and content_type in PLAIN_TYPES
        if not usual or any(map(environ.get, ELSEWHERE)):
            super().__init__(environ)
            return
        environ["SCRIPT_NAME"] = ""
        self.environ = self.META = environ
        self.path = self.path_info = path
        self.method = environ["REQUEST_METHOD"].upper()
        self.content_type, self.content_params = content_type, {}
        length = environ.get("CONTENT_LENGTH", "")
        self._stream: Any = LimitedStream(environ["wsgi.input"], int(length) if length else 0)
        self._read_started = False
        self.resolver_match = None

    @property
    def body(self) -> bytes:
        """Return what was sent; no more of it is read than its length says.

        Django looks three times how long that is, and whether it could be read again.
        """
        if not hasattr(self, "_body"):
            most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
            length = self.META.get("CONTENT_LENGTH") or "0"
            if self._read_started or (most is not None and int(length) > most):
                return super().body
            try:
                self._body = self.read()
            except OSError as error:
                raise UnreadablePostError(*error.args) from error
            self._stream = BytesIO(self._body)
        return self._body
