"""The prompts and resources that scenarios read, in the words in which the suite asks for them."""

import json
from collections.abc import Callable
from typing import Any

from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CompleteRequestParams,
    CompleteResult,
    EmptyResult,
    GetPromptRequestParams,
    GetPromptResult,
    InputRequiredResult,
    ListPromptsResult,
    ListResourcesResult,
    ListResourceTemplatesResult,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    ReadResourceResult,
    SetLevelRequestParams,
    SubscribeRequestParams,
    UnsubscribeRequestParams,
)

from tests.conformance.content import IMAGE, PNG, resource, text
from tests.conformance.questions import answered, ask, elicit

Context = ServerRequestContext[Any]
CONTEXT = {"user_context": elicit("What context should the prompt use?", context="string")}
ASKING = "test_input_required_result_prompt"

PROMPTS: dict[str, tuple[tuple[str, ...], Callable[..., list[dict[str, Any]]]]] = {
    "test_simple_prompt": ((), lambda: [text("This is a simple prompt for testing.")]),
    "test_prompt_with_arguments": (
        ("arg1", "arg2"),
        lambda arg1, arg2: [text(f"Prompt with arguments: arg1='{arg1}', arg2='{arg2}'")],
    ),
    "test_prompt_with_embedded_resource": (
        ("resourceUri",),
        lambda resourceUri: [  # noqa: N803
            resource(resourceUri, "Embedded resource content for testing."),
            text("Please process the embedded resource above."),
        ],
    ),
    "test_prompt_with_image": ((), lambda: [IMAGE, text("Please analyze the image above.")]),
    ASKING: ((), lambda: [text("The context is known now.")]),
}
"""The arguments of each, and what it becomes with them."""

RESOURCES: dict[str, dict[str, str]] = {
    "test://static-text": {
        "mimeType": "text/plain",
        "text": "This is the content of the static text resource.",
    },
    "test://static-binary": {"mimeType": "image/png", "blob": PNG},
    "test://watched-resource": {"mimeType": "text/plain", "text": "Nobody changes it."},
}
BEFORE, AFTER = "test://template/", "/data"


async def list_prompts(
    context: Context, params: PaginatedRequestParams | None
) -> ListPromptsResult:
    prompts = [
        {
            "name": name,
            "description": f"Read by a scenario: {name}.",
            "arguments": [{"name": argument, "required": True} for argument in arguments],
        }
        for name, (arguments, _) in PROMPTS.items()
    ]
    return ListPromptsResult.model_validate({"prompts": prompts})


async def get_prompt(
    context: Context, params: GetPromptRequestParams
) -> GetPromptResult | InputRequiredResult:
    if params.name not in PROMPTS:
        raise MCPError(code=INVALID_PARAMS, message=f"There is no prompt '{params.name}'.")
    if params.name == ASKING and not answered(params, CONTEXT):
        return ask(CONTEXT)
    contents = PROMPTS[params.name][1](**(params.arguments or {}))
    messages = [{"role": "user", "content": content} for content in contents]
    return GetPromptResult.model_validate({"messages": messages})


async def complete(context: Context, params: CompleteRequestParams) -> CompleteResult:
    words = [word for word in ("paris", "park") if word.startswith(params.argument.value)]
    return CompleteResult.model_validate({"completion": {"values": words}})


async def list_resources(
    context: Context, params: PaginatedRequestParams | None
) -> ListResourcesResult:
    resources = [
        {"uri": uri, "name": uri, "description": "Read by a scenario.", "mimeType": it["mimeType"]}
        for uri, it in RESOURCES.items()
    ]
    return ListResourcesResult.model_validate({"resources": resources})


async def list_templates(
    context: Context, params: PaginatedRequestParams | None
) -> ListResourceTemplatesResult:
    template = {"uriTemplate": f"{BEFORE}{{id}}{AFTER}", "name": "template"}
    return ListResourceTemplatesResult.model_validate({"resourceTemplates": [template]})


async def read_resource(context: Context, params: ReadResourceRequestParams) -> ReadResourceResult:
    uri = params.uri
    if uri in RESOURCES:
        found = RESOURCES[uri]
    elif uri.startswith(BEFORE) and uri.endswith(AFTER):
        number = uri.removeprefix(BEFORE).removesuffix(AFTER)
        data = {"id": number, "templateTest": True, "data": f"Data for ID: {number}"}
        found = {"mimeType": "application/json", "text": json.dumps(data)}
    else:
        raise MCPError(code=INVALID_PARAMS, message="Resource not found", data={"uri": uri})
    return ReadResourceResult.model_validate({"contents": [{"uri": uri, **found}]})


async def subscribe(
    context: Context, params: SubscribeRequestParams | UnsubscribeRequestParams
) -> EmptyResult:
    return EmptyResult()


async def set_level(context: Context, params: SetLevelRequestParams) -> EmptyResult:
    return EmptyResult()
