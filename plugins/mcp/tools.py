"""The tools of a plugin: one for each operation that its OpenAPI document offers."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlencode

import orjson
from mcp_types import Tool, ToolAnnotations

from plugins.mcp.widgets import widget_meta
from plugins.openapi import generate, views_of
from plugins.plugin import Plugin

JSON = "application/json"
OWN = "me"
"""Stands in a path for the username that the token says (`plugins.permissions.OwnUsername`)."""
LOOK_AROUND = ("(?=", "(?!", "(?<")


class BadArgumentError(ValueError):
    """Arguments of which no request can be made; to guess would give a wrong answer."""


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
        if unknown := [name for name in arguments if name not in known]:
            others = f"There are: {', '.join(sorted(known))}." if known else "There are none."
            raise BadArgumentError(f"There is no argument '{unknown[0][:50]}'. {others}")
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
        return path, urlencode(query), as_json(body) if self.in_body else b""


def plain(name: str, value: Any, schema: Mapping[str, Any]) -> Any:
    """Return an argument of a path or query as a URL can say it; raises BadArgumentError.

    There, a value of another type would be read as some text, and a list as its last item.
    """
    wanted = schema.get("type", [*WORDS])
    types = [wanted] if isinstance(wanted, str) else wanted
    if "array" in types and isinstance(value, list) and value:
        return [item_of(name, item) for item in value]
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # which JSON Schema does not tell apart
    if types_of(value).isdisjoint(types):
        words = " or ".join(WORDS.get(each, each) for each in types if each != "null")
        raise BadArgumentError(f"{name}: Must be {words}.")
    return value


WORDS = {
    "string": "text",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "array": "a list that is not empty",
}


def types_of(value: Any) -> set[str]:
    """Return the types, in words of JSON Schema, of which a value may be in a URL."""
    if isinstance(value, bool):
        return {"boolean"}
    if isinstance(value, str):
        return {"string", "integer", "number"}  # digits are the same there as text
    if isinstance(value, int):
        return {"integer", "number"}
    return {"number"} if isinstance(value, float) else set()


def item_of(name: str, item: Any) -> Any:
    if isinstance(item, float) and item.is_integer():
        item = int(item)
    if item == "" or types_of(item).isdisjoint({"number"}):
        raise BadArgumentError(f"{name}: Must be a list of numbers or of texts that are not empty.")
    return item


def as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)  # however large a number is


def as_json(body: Mapping[str, Any]) -> bytes:
    try:
        return orjson.dumps(body)
    except orjson.JSONEncodeError as error:  # which reads deeper than it writes
        raise BadArgumentError("The arguments are nested too deeply.") from error


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
    answer = operation["responses"]["200"]["content"][JSON]["schema"]
    view = views_of(plugin)[path, method]
    reads = method in getattr(view.cls, "reads", ("GET", "HEAD"))
    schemes = plugin.auth.as_mcp(view.cls, method)
    security = {"securitySchemes": schemes} if schemes else {}
    tool = Tool(
        name=operation["operationId"],
        title=operation["summary"],
        description=described(operation),
        input_schema=json_schema(
            {"type": "object", "properties": properties, "required": required}, document
        )
        | {"additionalProperties": False},
        output_schema=json_schema(resolved(answer, document), document),
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


def own_parameters(plugin: Plugin) -> frozenset[str]:
    """Return the parameters that a token answers: a model need not ask whose list it is."""
    return frozenset({"username"} if plugin.auth.callers == "people" else ())


def described(operation: Mapping[str, Any]) -> str:
    """Return a description that stands alone: many clients show a model nothing else."""
    summary = operation["summary"].rstrip(".")
    return f"{summary}. {operation.get('description', '')}".strip()


# --- OpenAPI 3.0 into JSON Schema 2020-12 ------------------------------------------------


def resolved(schema: Mapping[str, Any], document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a reference stands for; any other schema as it is."""
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def json_schema(schema: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema that stands alone, with what it refers to in its `$defs`."""
    made = translated(schema)
    definitions: dict[str, Any] = {}
    waiting = set(references(made))
    while waiting:
        name = waiting.pop()
        definitions[name] = translated(document["components"]["schemas"][name])
        waiting |= {*references(definitions[name])} - definitions.keys()
    return {**made, "$defs": definitions} if definitions else made


def translated(schema: Any) -> Any:
    """Say in JSON Schema what OpenAPI 3.0 has words of its own for: nullable, exclusive bounds."""
    if isinstance(schema, list):
        return [translated(each) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    made = {name: translated(value) for name, value in schema.items()}
    if isinstance(made.get("pattern"), str) and any(
        each in made["pattern"] for each in LOOK_AROUND
    ):
        del made["pattern"]  # which many clients' engines refuse, and with it the whole list
    if "$ref" in made:
        made["$ref"] = made["$ref"].replace("#/components/schemas/", "#/$defs/")
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if made.get(exclusive) is True:
            made[exclusive] = made.pop(bound)
    if made.pop("nullable", False) is True:
        if isinstance(made.get("type"), str):
            made["type"] = [made["type"], "null"]
            if "enum" in made and None not in made["enum"]:
                made["enum"] = [*made["enum"], None]
        else:
            made = {"anyOf": [made, {"type": "null"}]}
    return made


def references(schema: Any) -> Iterator[str]:
    if isinstance(schema, list):
        for each in schema:
            yield from references(each)
    elif isinstance(schema, Mapping):
        for name, value in schema.items():
            if name == "$ref" and isinstance(value, str):
                yield value.rpartition("/")[2]
            else:
                yield from references(value)
