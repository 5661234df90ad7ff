"""Google's Agent Development Kit makes tools of a document."""

import re
from typing import Any

from fastapi.openapi.models import HTTPBearer
from google.adk.auth.auth_credential import (
    AuthCredential,
    AuthCredentialTypes,
    HttpAuth,
    HttpCredentials,
)
from google.adk.tools.openapi_tool.openapi_spec_parser.openapi_toolset import OpenAPIToolset
from importing import Plugin, Shown, run


def snake(name: str) -> str:
    """Return how it calls an operation."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def credential(token: str) -> dict[str, Any]:
    if not token:
        return {}
    http = HttpAuth(scheme="bearer", credentials=HttpCredentials(token=token))
    return {
        "auth_scheme": HTTPBearer(),
        "auth_credential": AuthCredential(auth_type=AuthCredentialTypes.HTTP, http=http),
    }


async def use(plugin: Plugin) -> tuple[Shown, dict[str, Any]]:
    document = plugin.document()
    toolset = OpenAPIToolset(
        spec_dict=document, allow_private_network_access=True, **credential(plugin.token)
    )
    tools = {tool.name: tool for tool in await toolset.get_tools()}
    names = {
        snake(operation["operationId"]): operation["operationId"]
        for item in document["paths"].values()
        for operation in item.values()
    }
    shown = {}
    for name, tool in tools.items():
        declared = tool._get_declaration()
        schema = declared.parameters_json_schema or {}
        shown[names[name]] = {
            "description": declared.description,
            "arguments": list(schema.get("properties", [])),
        }
    answers = {
        name: await tools[snake(name)].run_async(args=given, tool_context=None)
        for name, given in plugin.calls
    }
    return shown, answers


run(use)
