"""What HTTP says, in place of JSON-RPC: refusals, and challenges to send another credential."""

from dataclasses import dataclass

from django.http import HttpResponse
from mcp_types import CallToolResult
from rest_framework.exceptions import AuthenticationFailed

from api.exceptions import AWAY, AWAY_SECONDS, DATABASE_AWAY
from api.json_api import json_response
from api.throttling import Limit, client_address
from plugins.mounts import PluginRequest
from plugins.usage import count_call


class ChallengeError(Exception):
    """A request that HTTP itself refuses; carries the answer, such as a challenge (401)."""

    def __init__(self, response: HttpResponse) -> None:
        super().__init__(response.status_code)
        self.response = response


@dataclass
class Arrival:
    """A message that arrived, and whether it was counted, and its sender let in."""

    request: PluginRequest
    admitted: bool = False
    answer: bytes | CallToolResult | Exception | None = None
    """What the tool that it calls made of it."""

    def admit(self) -> None:
        """See to both, but for a call: the view that it ran has."""
        if not self.admitted:
            self.admitted = True
            admit(self.request)


def admit(request: PluginRequest) -> None:
    """Count a message that no view of the API counts, and check who sends it."""
    limit = Limit("address", f"{request.mount.plugin.store}:{client_address(request)}")
    if not limit.count():
        detail = f"Too many requests. Try again in {limit.wait} seconds."
        raise refused(request, problem(detail, 429, **{"Retry-After": str(limit.wait)}))
    check_caller(request)


def is_stranger(request: PluginRequest) -> bool:
    """Say whether somebody bears no credential of a plugin that wants one."""
    plugin = request.mount.plugin
    if plugin.auth.callers == "everybody":
        return False
    try:
        return not plugin.auth.authenticate(request, plugin)  # type: ignore[arg-type]
    except AuthenticationFailed:
        return True


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
    except DATABASE_AWAY as error:
        raise refused(request, problem(AWAY, 503, **{"Retry-After": str(AWAY_SECONDS)})) from error
    challenge = plugin.auth.challenge(request, plugin)  # type: ignore[arg-type]
    raise refused(request, problem(detail, 401, **{"WWW-Authenticate": challenge}))


def refused(request: PluginRequest, response: HttpResponse) -> ChallengeError:
    """Count a message that came to no view, where it would be counted."""
    count_call(request.mount.plugin.slug, "mcp", request.method, response.status_code)
    return ChallengeError(response)


def problem(detail: str, status: int, **headers: str) -> HttpResponse:
    return json_response({"detail": detail}, status, headers=headers)
