"""How every API here reads and answers: JSON in, JSON out, closed unless a mount opens it.

DRF loads these by name while its views are being imported, so this module must not import them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse, UnreadablePostError
from rest_framework.exceptions import APIException, ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.permissions import BasePermission
from rest_framework.renderers import BaseRenderer

from api.json_text import read_json

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView


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
            return read_json(parser_context["request"].body)
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
        return b"" if data is None else orjson.dumps(data)  # such as that of a 204


def json_response(
    data: Any,
    status: int = 200,
    *,
    indented: bool = False,
    headers: dict[str, str] | None = None,
) -> HttpResponse:
    """Answer JSON beside DRF's views; indented where people read it too."""
    content = orjson.dumps(data, option=orjson.OPT_INDENT_2 if indented else None)
    return HttpResponse(content, status=status, content_type="application/json", headers=headers)
