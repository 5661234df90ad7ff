"""The operations of a plugin, as its OpenAPI document has them, for people to read and try."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from plugins.api_page.inputs import JSON, Input, inputs_of
from plugins.openapi import generate
from plugins.plugin import Plugin
from plugins.references import whole_schema

DEPTH_MAX = 6
"""How deep a body's fields are listed; a schema may refer to itself."""


@dataclass(frozen=True)
class Field:
    """One field of a body, by its path within it: `documents[].text`."""

    path: str
    kind: str
    is_required: bool
    description: str


@dataclass(frozen=True)
class Response:
    status: str
    description: str
    example: str
    """As JSON; "" where there is none."""


@dataclass(frozen=True)
class Operation:
    id: str
    method: str
    path: str
    summary: str
    description: str
    inputs: tuple[Input, ...]
    body_fields: tuple[Field, ...]
    responses: tuple[Response, ...]
    is_offered: bool
    """Whether models are shown it too; the other operations are for programs alone."""


@cache
def operations(plugin: Plugin) -> dict[str, Operation]:
    """Return all operations of a plugin, those that models are offered first, by their ids."""
    document = generate(plugin, whole=True)[0]
    offered = {each["operationId"] for each in described(generate(plugin)[0])}
    found = [
        as_operation(path, method, each, document, is_offered=each["operationId"] in offered)
        for path, methods in document["paths"].items()
        for method, each in methods.items()
    ]
    return {each.id: each for each in sorted(found, key=lambda each: not each.is_offered)}


def described(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for methods in document["paths"].values():
        yield from methods.values()


def as_operation(
    path: str,
    method: str,
    operation: Mapping[str, Any],
    document: Mapping[str, Any],
    *,
    is_offered: bool,
) -> Operation:
    summary = operation.get("summary", "")
    body = operation.get("requestBody", {}).get("content", {}).get(JSON, {}).get("schema", {})
    return Operation(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=summary,
        # In the document a description begins with the summary; here that stands above it.
        description=operation.get("description", "").removeprefix(f"{summary.rstrip('.')}. "),
        inputs=tuple(inputs_of(operation, document)),
        body_fields=tuple(fields_of(body, document)),
        responses=tuple(responses_of(operation)),
        is_offered=is_offered,
    )


def responses_of(operation: Mapping[str, Any]) -> Iterator[Response]:
    for status, answer in operation["responses"].items():
        example = answer.get("content", {}).get(JSON, {}).get("example")
        text = "" if example is None else json.dumps(example, ensure_ascii=False, indent=2)
        yield Response(status, answer.get("description", ""), text)


def fields_of(
    schema: Mapping[str, Any], document: Mapping[str, Any], *, path: str = "", depth: int = 0
) -> Iterator[Field]:
    """Yield the fields of a schema, and those within them."""
    schema = whole_schema(schema, document)
    required = schema.get("required", ())
    for name, outer in schema.get("properties", {}).items():
        field = whole_schema(outer, document)
        within, here = field, f"{path}{name}"
        if field.get("type") == "array":
            within, here = whole_schema(field.get("items", {}), document), f"{here}[]"
        words = outer.get("description", field.get("description", ""))
        yield Field(here, words_of(within), name in required, words)
        if depth < DEPTH_MAX:
            yield from fields_of(within, document, path=f"{here}.", depth=depth + 1)


def words_of(schema: Mapping[str, Any]) -> str:
    """Return what kind of value a schema describes, in a word or two."""
    if values := [str(each) for each in schema.get("enum", ()) if each is not None]:
        return "one of " + ", ".join(values)
    kind = {"string": "text", "integer": "whole number", "boolean": "true or false"}
    name = str(schema.get("type", "any value"))
    return kind.get(name, name)
