"""Tools that need an answer first: they return what to ask, and are called again (SEP-2322).

Nothing is remembered between the calls: what a later one must know travels in a signed state.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.core import signing
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    InputRequiredResult,
    InputResponseRequestParams,
)

Context = ServerRequestContext[Any]
Answer = CallToolResult | InputRequiredResult
Requests = Mapping[str, dict[str, Any]]


def elicit(message: str, **properties: str) -> dict[str, Any]:
    schema = {
        "type": "object",
        "properties": {name: {"type": kind} for name, kind in properties.items()},
        "required": [*properties],
    }
    return {
        "method": "elicitation/create",
        "params": {"message": message, "requestedSchema": schema},
    }


def sample(prompt: str) -> dict[str, Any]:
    message = {"role": "user", "content": {"type": "text", "text": prompt}}
    return {"method": "sampling/createMessage", "params": {"messages": [message], "maxTokens": 100}}


NAME = elicit("What is your name?", name="string")
CONFIRM = elicit("Please confirm", ok="boolean")
CAPITAL = sample("What is the capital of France?")
ROOTS: dict[str, Any] = {"method": "roots/list", "params": {}}


def ask(requests: Requests, state: str | None = None) -> InputRequiredResult:
    return InputRequiredResult.model_validate({"inputRequests": requests, "requestState": state})


def answered(params: InputResponseRequestParams, requests: Requests) -> bool:
    """Say whether all that was asked has an answer; what was not asked does not matter."""
    return requests.keys() <= (params.input_responses or {}).keys()


def done(words: str) -> CallToolResult:
    return CallToolResult.model_validate({"content": [{"type": "text", "text": words}]})


def once(requests: Requests) -> Callable[[Context, CallToolRequestParams], Answer]:
    """A tool that asks once, and needs no state to know the answer."""

    def run(context: Context, params: CallToolRequestParams) -> Answer:
        if not answered(params, requests):
            return ask(requests)
        return done(f"The answer: {params.input_responses}")

    return run


def in_turn(*rounds: Requests) -> Callable[[Context, CallToolRequestParams], Answer]:
    """A tool that asks in rounds; the state says which are over."""

    def run(context: Context, params: CallToolRequestParams) -> Answer:
        over = 0 if params.request_state is None else unsigned(params.request_state)
        if over and answered(params, rounds[over - 1]) is False:
            over -= 1
        if over == len(rounds):
            return done(f"state-ok: {params.input_responses}")
        return ask(rounds[over], signing.dumps(over + 1))

    return run


def unsigned(state: str) -> int:
    try:
        over: int = signing.loads(state)
    except signing.BadSignature as error:
        raise MCPError(code=INVALID_PARAMS, message="The state is not this server's.") from error
    return over


def as_declared(context: Context, params: CallToolRequestParams) -> Answer:
    """Ask only what the client says that it can answer."""
    capabilities = context.session.client_capabilities
    requests = {"user_name": NAME, "capital_question": CAPITAL}
    declared = {
        "user_name": capabilities and capabilities.elicitation,
        "capital_question": capabilities and capabilities.sampling,
    }
    requests = {name: request for name, request in requests.items() if declared[name] is not None}
    if answered(params, requests):
        return done("That is all.")
    return ask(requests)


PREFIX = "test_input_required_result"
QUESTIONS: dict[str, Callable[[Context, CallToolRequestParams], Answer]] = {
    "test_streaming_elicitation": once({"user_name": NAME}),
    f"{PREFIX}_elicitation": once({"user_name": NAME}),
    f"{PREFIX}_sampling": once({"capital_question": CAPITAL}),
    f"{PREFIX}_list_roots": once({"client_roots": ROOTS}),
    f"{PREFIX}_request_state": in_turn({"confirm": CONFIRM}),
    f"{PREFIX}_tampered_state": in_turn({"confirm": CONFIRM}),
    f"{PREFIX}_multiple_inputs": in_turn(
        {"user_name": NAME, "greeting": sample("Generate a greeting"), "client_roots": ROOTS}
    ),
    f"{PREFIX}_multi_round": in_turn(
        {"step1": elicit("Step 1: What is your name?", name="string")},
        {"step2": elicit("Step 2: What is your favorite color?", color="string")},
    ),
    f"{PREFIX}_capabilities": as_declared,
}
