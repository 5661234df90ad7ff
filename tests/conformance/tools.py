"""The tools that scenarios call, in the words in which the suite asks for them."""

from collections.abc import Awaitable, Callable
from typing import Any

from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    MISSING_REQUIRED_CLIENT_CAPABILITY,
    CallToolRequestParams,
    CallToolResult,
    InputRequiredResult,
    ListToolsResult,
    PaginatedRequestParams,
    SamplingMessage,
    TextContent,
)

from tests.conformance.content import AUDIO, IMAGE, resource, text
from tests.conformance.questions import QUESTIONS
from tests.conformance.schemas import DEFAULTS, ENUMS, JSON_SCHEMA, USER

Context = ServerRequestContext[Any]
Content = list[dict[str, Any]]

CONTENT: dict[str, Content] = {
    "test_simple_text": [text("This is a simple text response for testing.")],
    "test_image_content": [IMAGE],
    "test_audio_content": [AUDIO],
    "test_embedded_resource": [
        resource("test://embedded-resource", "This is an embedded resource content.")
    ],
    "test_multiple_content_types": [
        text("Multiple content types test:"),
        IMAGE,
        resource(
            "test://mixed-content-resource", '{"test":"data","value":123}', "application/json"
        ),
    ],
    "json_schema_2020_12_tool": [text("Done.")],
}


async def log(context: Context, arguments: dict[str, Any]) -> str:
    for message in ("Tool execution started", "Tool processing data", "Tool execution completed"):
        await context.session.send_log_message("info", message)
    return "Logged."


async def report_progress(context: Context, arguments: dict[str, Any]) -> str:
    for done in (0, 50, 100):
        await context.session.report_progress(done, 100)
    return "Reported."


async def sample(context: Context, arguments: dict[str, Any]) -> str:
    asked = SamplingMessage(role="user", content=TextContent(type="text", text=arguments["prompt"]))
    answer = await context.session.create_message([asked], max_tokens=100)
    return f"LLM response: {answer.content}"


def elicit(schema: dict[str, Any]) -> Callable[[Context, dict[str, Any]], Awaitable[str]]:
    async def run(context: Context, arguments: dict[str, Any]) -> str:
        asked = arguments.get("message", "Please answer.")
        answer = await context.session.elicit_form(asked, schema)
        return f"Elicitation completed: action={answer.action}, content={answer.content}"

    return run


async def need_sampling(context: Context, arguments: dict[str, Any]) -> str:
    raise MCPError(
        code=MISSING_REQUIRED_CLIENT_CAPABILITY,
        message="This tool needs a client that samples.",
        data={"requiredCapabilities": {"sampling": {}}},
    )


RUNNING: dict[str, Callable[[Context, dict[str, Any]], Awaitable[str]]] = {
    "test_tool_with_logging": log,
    "test_logging_tool": log,
    "test_tool_with_progress": report_progress,
    "test_sampling": sample,
    "test_elicitation": elicit(USER),
    "test_elicitation_sep1034_defaults": elicit(DEFAULTS),
    "test_elicitation_sep1330_enums": elicit(ENUMS),
    "test_missing_capability": need_sampling,
}
SCHEMAS = {
    "json_schema_2020_12_tool": JSON_SCHEMA,
    "test_sampling": {"type": "object", "properties": {"prompt": {"type": "string"}}},
    "test_elicitation": {"type": "object", "properties": {"message": {"type": "string"}}},
    "test_x_mcp_header": {
        "type": "object",
        "properties": {"region": {"type": "string", "x-mcp-header": "Region"}},
    },
}
FAILING = "test_error_handling"
NAMES = [*CONTENT, *RUNNING, *QUESTIONS, FAILING]


async def list_tools(context: Context, params: PaginatedRequestParams | None) -> ListToolsResult:
    tools = [
        {
            "name": name,
            "description": f"Called by a scenario: {name}.",
            "inputSchema": SCHEMAS.get(name, {"type": "object"}),
        }
        for name in NAMES
    ]
    return ListToolsResult.model_validate({"tools": tools})


async def call_tool(
    context: Context, params: CallToolRequestParams
) -> CallToolResult | InputRequiredResult:
    arguments = params.arguments or {}
    if params.name in QUESTIONS:
        return QUESTIONS[params.name](context, params)
    if params.name in RUNNING:
        return result([text(await RUNNING[params.name](context, arguments))])
    if params.name in CONTENT:
        return result(CONTENT[params.name])
    if params.name == FAILING:
        failure = text("This tool intentionally returns an error for testing")
        return result([failure], is_error=True)
    raise MCPError(code=INVALID_PARAMS, message=f"There is no tool '{params.name}'.")


def result(content: Content, *, is_error: bool = False) -> CallToolResult:
    return CallToolResult.model_validate({"content": content, "isError": is_error})
