"""How every API here reads and answers: JSON in, JSON out, closed unless a mount opens it.

DRF loads these by name while its views are being imported, so this module must not import them.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import orjson
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import UnreadablePostError
from rest_framework.exceptions import APIException, ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.permissions import BasePermission
from rest_framework.renderers import BaseRenderer
from rest_framework.throttling import SimpleRateThrottle

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView

    from oauth_demo.models import Credential

logger = logging.getLogger(__name__)


class DenyAll(BasePermission):
    """The default: a view opens only where a plugin's mount says to whom."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return False


class AlwaysJSON(BaseContentNegotiation):
    """Reads and answers JSON whatever the Content-Type and Accept headers say.

    Clients in the field send JSON with no Content-Type, or with a wrong one.
    """

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> Any:
        return renderers[0], renderers[0].media_type


class BodyTooLarge(APIException):
    status_code = 413

    def __init__(self, detail: str | None = None) -> None:
        kilobytes = settings.DATA_UPLOAD_MAX_MEMORY_SIZE / 1024
        super().__init__(
            detail or f"The body is too large: {kilobytes:,.0f} KiB at most. Send less at a time."
        )


class JSONParser(BaseParser):
    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            return orjson.loads(parser_context["request"].body)
        except RequestDataTooBig as error:
            raise BodyTooLarge from error
        except UnreadablePostError as error:
            raise ParseError("The body did not arrive whole. Send it again.") from error
        except ValueError as error:
            form = str(parser_context["request"].content_type).startswith("multipart/")
            raise ParseError(
                f"The body is {'a form, not JSON' if form else f'not JSON: {error}'}. "
                "Send a JSON object."
            ) from error


class JSONRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> bytes:
        return orjson.dumps(data)


class Throttle(SimpleRateThrottle):
    """Counts requests by person, else by token, else by address; each plugin for itself.

    A counter per window, raised atomically: exact under parallel requests, and one number to
    keep, where DRF's own throttle keeps the time of each request and can be overrun.
    """

    def __init__(self) -> None:
        """Leave the rate open: it depends on who calls."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        caller: Credential | None = request.auth  # type: ignore[assignment]
        ident: object
        if caller is None:
            scope, ident = "address", self.get_ident(request)
        elif caller.user_id is None:
            scope, ident = "token", caller.token_id
        else:
            scope, ident = "person", caller.user_id
        store = view.store  # type: ignore[attr-defined]  # see Mount.store
        return self.allow(scope, f"{store}:{ident}")

    def allow(self, scope: str, ident: str) -> bool:
        """Count one request under `ident`; say whether it is within the scope's rate."""
        self.scope = scope
        limit, seconds = self.parse_rate(self.get_rate())
        assert limit is not None
        assert seconds is not None
        window, elapsed = divmod(self.timer(), seconds)
        self.remaining = seconds - elapsed
        return self.count(f"throttle:{scope}:{ident}:{window:.0f}", seconds) <= limit

    def count(self, key: str, seconds: int) -> int:
        """Return how many requests there were under `key`, this one included."""
        try:
            try:
                return self.cache.incr(key)
            except ValueError:  # the first in this window
                self.cache.add(key, 0, seconds)
                return self.cache.incr(key)
        except Exception:  # whatever a cache's client raises
            # Better to serve without counting than to stop because the counter is away.
            logger.exception("The cache did not answer; a request was not counted")
            return 0

    def wait(self) -> float:
        return self.remaining
