"""Streamable HTTP, without sessions and with answers in JSON: one POST, one answer.

Revisions up to 2025-11-25 begin with a handshake, which is answered and not remembered; 2026-07-28
has none. Both come to the same URL: the header MCP-Protocol-Version tells them apart.
"""

from copy import copy
from functools import lru_cache
from time import monotonic
from typing import Any

import orjson
from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from mcp.server.connection import Connection
from mcp.shared.inbound import (
    ERROR_CODE_HTTP_STATUS,
    InboundLadderRejection,
    classify_inbound_request,
    unsupported_protocol_version_rejection,
)
from mcp_types import INVALID_REQUEST, PARSE_ERROR, ErrorData, JSONRPCNotification, JSONRPCRequest
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS
from pydantic import ValidationError

from api.body_ahead import AHEAD
from api.json_text import read_json
from api.views import Answer as Sent
from api.views import Response
from plugins.cors import may_read
from plugins.documents import allowed
from plugins.mcp.calls import call
from plugins.mcp.frames import filled, frame_of, keep, shapes
from plugins.mcp.responses import Arrival, ChallengeError, admit, is_stranger, problem
from plugins.mcp.server import run_request
from plugins.mounts import PluginRequest

ALLOW = "POST, OPTIONS"
VERSION_HEADER = "HTTP_MCP_PROTOCOL_VERSION"
ROUTING_HEADERS = {
    "mcp-protocol-version": VERSION_HEADER,
    "mcp-method": "HTTP_MCP_METHOD",
    "mcp-name": "HTTP_MCP_NAME",
}
"""Which say of a message what its body says too, each as WSGI names it: `request.headers` would
make a mapping of all that came."""
BATCH_MAX = 20  # messages
BATCH_SECONDS = 20  # in which each of them has to begin, as a list holds one thread of the server
ENVELOPE_MAX = 1_000  # bytes of what a client says of itself, to be remembered
UNNAMED_VERSION = "2025-03-26"
"""Whose clients name no version; and the one revision whose messages may come as a list."""

Answer = tuple[dict[str, Any], int] | None
"""A JSON-RPC answer with its HTTP status; None for a message that wants none."""


def answer(request: PluginRequest) -> Sent | HttpResponse:
    """Answer what an MCP client sends; protected as the plugin's API is."""
    if request.method == "OPTIONS":
        return allowed(("POST", "OPTIONS"))
    if request.method != "POST":
        return problem("Send JSON-RPC messages by POST.", 405, Allow=ALLOW)
    origin = request.META.get("HTTP_ORIGIN")
    if origin not in (None, request.mount.origin) and not may_read(origin, request.mount.plugin):
        # A page may have been made to look like this host's own (DNS rebinding).
        return problem("Scripts from there may not call this plugin.", 403)
    if str(request.content_type).lower() != "application/json":
        return problem("Send application/json.", 415)
    try:
        if AHEAD in request.META and is_stranger(request):
            admit(request)  # which refuses it before the body is taken in
        return answer_body(request, request.body)
    except RequestDataTooBig:
        return problem("The body is too large.", 413)
    except UnreadablePostError:
        return problem("The body did not arrive whole. Send it again.", 400)
    except ChallengeError as challenge:
        response: HttpResponse = challenge.response
        return response


@csrf_exempt
def mcp(request: PluginRequest) -> HttpResponse:
    """Answer as Django's handler wants it; `answer` is the same, and cheaper to send."""
    sent = answer(request)
    return sent if isinstance(sent, HttpResponse) else sent.as_http()


mcp.answer = answer  # type: ignore[attr-defined]


def answer_body(request: PluginRequest, body: bytes) -> Sent | HttpResponse:
    try:
        message = read_json(body)
    except ValueError as error:
        admit(request)
        detail = f"This is not JSON: {error}."
        return respond(failure(None, ErrorData(code=PARSE_ERROR, message=detail)))
    if isinstance(message, list) and message and version_of(request) == UNNAMED_VERSION:
        return answer_batch(request, message)
    return respond(answer_to(request, message))


def answer_batch(request: PluginRequest, messages: list[Any]) -> Sent | HttpResponse:
    """Answer a list of messages, each as if it had come alone."""
    if len(messages) > BATCH_MAX:
        admit(request)
        return problem(f"Send {BATCH_MAX} messages at a time, or fewer.", 413)
    answers: list[dict[str, Any]] = []
    last_begin = monotonic() + BATCH_SECONDS
    for message in messages:
        try:
            if monotonic() > last_begin:
                raise ChallengeError(problem("The messages before took long. Send it again.", 503))
            answer = answer_to(request, message)
        except ChallengeError as challenge:
            if not answers:
                raise
            # What was done before has to be told of, so HTTP can refuse the whole no more.
            detail = orjson.loads(challenge.response.content)["detail"]
            error = ErrorData(code=INVALID_REQUEST, message=detail)
            answer = failure(message.get("id") if isinstance(message, dict) else None, error)
        if answer:
            answers.append(answer[0])
    return said(answers, 200) if answers else accepted()


def answer_to(request: PluginRequest, message: Any) -> Answer:
    """Return the answer to one message, which is counted once and whose sender is checked.

    The view that a call runs does both. All else is admitted here: what is no call at once, and a
    call that came to no view before it is answered.
    """
    arrival = Arrival(request)
    if not is_call(message):
        arrival.admit()
    answer = answer_of(arrival, message)
    arrival.admit()
    return answer


def answer_of(arrival: Arrival, message: Any) -> Answer:
    request, plugin = arrival.request, arrival.request.mount.plugin
    frame = frame_of(plugin, message, tuple(map(request.META.get, ROUTING_HEADERS.values())))
    if frame and (shape := shapes.get(frame)):
        params = message["params"]
        try:
            arrival.answer = call(arrival, plugin, params["name"], params.get("arguments", {}))
        except ChallengeError:
            raise
        except Exception as error:  # which the kernel puts into words
            arrival.answer = error
        if isinstance(arrival.answer, bytes) and (known := filled(shape, arrival.answer)):
            return {"jsonrpc": "2.0", "id": message["id"], "result": known}, 200
    version = version_of(request)
    modern = version not in HANDSHAKE_PROTOCOL_VERSIONS
    try:
        if isinstance(message, dict) and "id" not in message:
            JSONRPCNotification.model_validate(message)
            wrong = unsupported_protocol_version_rejection(version) if modern else None
            return rejected(None, wrong) if wrong else None
        JSONRPCRequest.model_validate(message)
    except ValidationError:
        return failure(
            None, ErrorData(code=INVALID_REQUEST, message="Send a JSON-RPC 2.0 request.")
        )
    if modern:
        verdict = classify_inbound_request(message, headers=routing_headers(request))
        if isinstance(verdict, InboundLadderRejection):
            return rejected(message["id"], verdict)
        connection = connection_of(
            verdict.protocol_version, verdict.client_info, verdict.client_capabilities
        )
    else:
        connection = connection_of(version)
    result = run_request(arrival, connection, message)
    if isinstance(result, ErrorData):
        return failure(message["id"], result, always_200=not modern)
    if frame and isinstance(arrival.answer, bytes):
        keep(frame, result, arrival.answer)
    return {"jsonrpc": "2.0", "id": message["id"], "result": result}, 200


def connection_of(version: str, client_info: Any = None, capabilities: Any = None) -> Connection:
    """Return what the SDK calls a connection: who asks, by its word, in which revision.

    Of those that were seen lately a copy: to make one costs more, and a request may change its own.
    """
    try:
        envelope = orjson.dumps([client_info, capabilities])
    except orjson.JSONEncodeError:  # which reads deeper than it writes
        envelope = b""
    if 0 < len(envelope) <= ENVELOPE_MAX:
        return copy(known_connection(version, envelope))
    return Connection.from_envelope(version, client_info, capabilities)


@lru_cache(maxsize=256)
def known_connection(version: str, envelope: bytes) -> Connection:
    return Connection.from_envelope(version, *orjson.loads(envelope))


def version_of(request: PluginRequest) -> str:
    version: str = request.META.get(VERSION_HEADER, UNNAMED_VERSION)
    return version


def routing_headers(request: PluginRequest) -> dict[str, str]:
    sent = request.META
    return {name: sent[key] for name, key in ROUTING_HEADERS.items() if key in sent}


def is_call(message: Any) -> bool:
    """Say whether a message is likely to run a view of the API."""
    return isinstance(message, dict) and message.get("method") == "tools/call"


# --- Answers -----------------------------------------------------------------------------


def failure(request_id: Any, error: ErrorData, *, always_200: bool = False) -> Answer:
    body = {"jsonrpc": "2.0", "id": request_id, "error": error.model_dump(exclude_none=True)}
    return body, 200 if always_200 else ERROR_CODE_HTTP_STATUS.get(error.code, 200)


def rejected(request_id: Any, rejection: InboundLadderRejection) -> Answer:
    error = ErrorData(code=rejection.code, message=rejection.message, data=rejection.data)
    return failure(request_id, error)


def respond(answer: Answer) -> Sent | HttpResponse:
    return accepted() if answer is None else said(*answer)


def said(body: Any, status: int) -> Sent:
    return Sent(Response(body, status), allow=ALLOW)


def accepted() -> HttpResponse:
    return HttpResponse(status=202)
