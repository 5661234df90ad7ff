"""The call of a tool: its operation as if it had come over HTTP, and its answer as a result."""

from collections.abc import Mapping
from typing import Any

import orjson
from django.conf import settings
from django.http import HttpResponse
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS, CallToolResult, TextContent

from api.views import Answer
from plugins.inside import ask, credential_key
from plugins.mcp.arguments import BadArgumentError
from plugins.mcp.responses import Arrival, ChallengeError, problem
from plugins.mcp.tools import operations
from plugins.mounts import PluginRequest
from plugins.plugin import Plugin

CHALLENGE = "WWW-Authenticate"


def call(
    arrival: Arrival, plugin: Plugin, name: str, arguments: Mapping[str, Any]
) -> bytes | CallToolResult:
    """Return what a tool's operation answers, in JSON; a result where something was wrong."""
    operation = operations(plugin).get(name)
    if operation is None:
        raise MCPError(code=INVALID_PARAMS, message=f"There is no tool '{name[:50]}'.")
    try:
        path, query, body = operation.request(arguments)
    except BadArgumentError as error:
        return failed(str(error))
    arrival.admitted = True  # by the view, or it is refused by it
    response = run(arrival.request, operation.method, path, query, body)
    if CHALLENGE in response.headers:
        return challenged(arrival.request, plugin, response)
    if not 200 <= response.status_code < 300:
        return failed(orjson.loads(response.content)["detail"])
    if isinstance(response, HttpResponse) and response.content:  # made by who knows whom
        return orjson.dumps(orjson.loads(response.content))
    return response.content


def as_result(answer: bytes | CallToolResult) -> Any:
    """Return a result of the SDK's, or what that is made of, which costs less."""
    if isinstance(answer, CallToolResult):
        return answer
    said = orjson.loads(answer) if answer else {}
    result = {"resultType": "complete", "isError": False, "content": content_of(answer)}
    return {**result, "structuredContent": said} if isinstance(said, dict) else result


def content_of(answer: bytes) -> list[dict[str, str]]:
    """Return an answer as models read it."""
    return [{"text": answer.decode() or "Done.", "type": "text"}]


def challenged(
    request: PluginRequest, plugin: Plugin, answer: Answer | HttpResponse
) -> CallToolResult:
    """Hand a challenge on: as HTTP has it, which ends the call, or within a result.

    ChatGPT asks a person for more scopes when a result says that they are lacking.
    """
    challenge = plugin.auth.challenge(request, plugin)  # type: ignore[arg-type]
    detail = orjson.loads(answer.content)["detail"]
    if answer.status_code == 403:  # and where a client learns how to get what it lacks
        _, found, metadata = challenge.partition(", resource_metadata=")
        challenge = f"{answer.headers[CHALLENGE]}{found}{metadata}"
        if settings.MCP_SCOPE_CHALLENGE == "result":
            result = failed(detail)
            return result.model_copy(update={"meta": {"mcp/www_authenticate": [challenge]}})
    raise ChallengeError(problem(detail, answer.status_code, **{CHALLENGE: challenge}))


def failed(detail: str) -> CallToolResult:
    """Tell the model what was wrong, and what to do about it."""
    return CallToolResult(content=[TextContent(type="text", text=detail)], is_error=True)


def run(
    request: PluginRequest, method: str, path: str, query: str, body: bytes
) -> Answer | HttpResponse:
    """Return what the plugin answers at a path below its root, to whoever calls the tool."""
    key = credential_key(request.mount.plugin)
    credential = {key: request.META[key]} if key in request.META else {}
    root = request.path_info.rstrip("/").removesuffix("/mcp")
    return ask(request, method, path, query, body, root=root, credential=credential)
