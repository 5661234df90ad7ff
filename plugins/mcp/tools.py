"""The tools of a plugin: one for each operation that its OpenAPI document offers."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlencode

from mcp_types import Tool, ToolAnnotations

from api.queries import no_such
from plugins.mcp.arguments import BadArgumentError, as_json, as_text, plain
from plugins.mcp.schemas import json_schema
from plugins.mcp.widgets import widget_meta
from plugins.openapi import generate, views_of
from plugins.plugin import Plugin
from plugins.references import resolved

JSON = "application/json"
OWN = "me"
"""Stands in a path for the username that the token says (`plugins.permissions.OwnUsername`)."""


@dataclass(frozen=True)
class Operation:
    """One operation, and how the arguments of its tool become a request."""

    tool: Tool
    method: str
    path: str
    in_path: tuple[str, ...]
    in_query: tuple[str, ...]
    in_body: tuple[str, ...]

    def request(self, arguments: Mapping[str, Any]) -> tuple[str, str, bytes]:
        """Return path, query and body of the request; raises BadArgumentError."""
        known = self.tool.input_schema["properties"]
        if unknown := arguments.keys() - known.keys():
            first = next(name for name in arguments if name in unknown)
            raise BadArgumentError(no_such("argument", first, known))
        given = {
            name: plain(name, arguments[name], known[name])
            for name in (*self.in_path, *self.in_query)
            if arguments.get(name) is not None
        }
        if missing := [
            name for name in self.in_path if name in known and given.get(name, "") == ""
        ]:
            raise BadArgumentError(f"{missing[0]}: Missing. {known[missing[0]]['description']}")
        path = self.path.format(**{name: as_text(given.get(name, OWN)) for name in self.in_path})
        query = [
            (name, as_text(item))
            for name in self.in_query
            if name in given
            for item in (given[name] if isinstance(given[name], list) else [given[name]])
        ]
        body = {name: arguments[name] for name in self.in_body if name in arguments}
        return path, urlencode(query) if query else "", as_json(body) if self.in_body else b""


@cache
def operations(plugin: Plugin) -> dict[str, Operation]:
    """Return what the plugin offers, by operationId, which is the tool's name."""
    document = generate(plugin)[0]
    return {
        operation["operationId"]: as_tool(plugin, document, path, method.upper(), operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def as_tool(
    plugin: Plugin,
    document: Mapping[str, Any],
    path: str,
    method: str,
    operation: Mapping[str, Any],
) -> Operation:
    parameters = operation.get("parameters", [])
    body = operation.get("requestBody", {}).get("content", {}).get(JSON, {}).get("schema", {})
    body = resolved(body, document)
    own = own_parameters(plugin)
    properties = {
        each["name"]: {"description": each.get("description", ""), **each["schema"]}
        for each in parameters
        if each["name"] not in own
    } | body.get("properties", {})
    required = [
        *(each["name"] for each in parameters if each.get("required") and each["name"] not in own),
        *body.get("required", []),
    ]
    answer = resolved(answer_schema(operation), document)
    view = views_of(plugin)[path, method]
    reads = method in getattr(view.cls, "reads", ("GET", "HEAD"))
    schemes = plugin.auth.as_mcp(view.cls, method)
    security = {"securitySchemes": schemes} if schemes else {}
    tool = Tool(
        name=operation["operationId"],
        title=operation["summary"],
        description=operation.get("description", operation["summary"]),
        input_schema=json_schema(
            {"type": "object", "properties": properties, "required": required}, document
        )
        | {"additionalProperties": False},
        output_schema=json_schema(answer, document, examples=False)
        if answer.get("type") == "object"
        else None,
        annotations=ToolAnnotations(
            read_only_hint=reads,
            destructive_hint=not reads
            and (method == "DELETE" or getattr(view.cls, "overwrites", False)),
            idempotent_hint=reads,
            open_world_hint=False,
        ),
        _meta=(security | widget_meta(plugin, view.cls, method)) or None,
    )
    return Operation(
        tool=tool,
        method=method,
        path=path,
        in_path=tuple(each["name"] for each in parameters if each["in"] == "path"),
        in_query=tuple(each["name"] for each in parameters if each["in"] == "query"),
        in_body=tuple(body.get("properties", {})),
    )


def answer_schema(operation: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the schema of a good answer; {} where an operation answers no JSON."""
    for status, answer in operation["responses"].items():
        if status.startswith("2"):
            schema: Mapping[str, Any] = answer.get("content", {}).get(JSON, {}).get("schema", {})
            return schema
    return {}


def own_parameters(plugin: Plugin) -> frozenset[str]:
    """Return the parameters that a token answers: a model need not ask whose list it is."""
    return frozenset({"username"} if plugin.auth.callers == "people" else ())
