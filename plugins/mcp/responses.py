"""What HTTP says, in place of JSON-RPC: refusals, and challenges to send another credential."""

from typing import Any

import orjson
from django.http import HttpResponse
from rest_framework.exceptions import AuthenticationFailed

from plugins.mounts import PluginRequest


class ChallengeError(Exception):
    """A request that wants another credential; carries the answer that says so."""

    def __init__(self, response: HttpResponse) -> None:
        super().__init__(response.status_code)
        self.response = response


def check_caller(request: PluginRequest) -> None:
    """Raise ChallengeError for who bears no credential of the plugin."""
    plugin = request.mount.plugin
    if plugin.auth.callers == "everybody":
        return
    detail = plugin.auth.wanted
    try:
        if plugin.auth.authenticate(request, plugin):  # type: ignore[arg-type]
            return
    except AuthenticationFailed as error:
        detail = str(error.detail)
    challenge = plugin.auth.challenge(request, plugin)  # type: ignore[arg-type]
    raise ChallengeError(problem(detail, 401, **{"WWW-Authenticate": challenge}))


def problem(detail: str, status: int, **headers: str) -> HttpResponse:
    return json_response({"detail": detail}, status, **headers)


def json_response(data: Any, status: int, **headers: str) -> HttpResponse:
    content = orjson.dumps(data)
    return HttpResponse(content, status=status, content_type="application/json", headers=headers)
