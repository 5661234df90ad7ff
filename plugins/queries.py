"""What an operation takes of the query that came with a request: what its document names."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.views import APIView

from api.json_text import read_json
from api.queries import no_such, parts, spellings
from plugins.openapi import generate, views_of
from plugins.plugin import Plugin
from plugins.references import whole_schema

Schemas = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Inputs:
    """What an operation takes, by the names of its parameters and of its body's properties."""

    query: Schemas
    body: Schemas

    def unknown(self, given: list[str], *, others: Schemas) -> str | None:
        """Return the first name in a query that is neither its own nor one of the others."""
        known = {
            spelling
            for name, schema in (*self.query.items(), *others.items())
            for spelling in (spellings(name, given) if schema.get("type") == "array" else [name])
        }
        return next((name for name in given if name not in known), None)


def check_query(request: Request, view: APIView) -> None:
    """Refuse a query that asks for what the operation does not know.

    To ignore a parameter would answer something else than was asked. Some clients cannot send a
    body with a DELETE: its properties may stand in the query.
    """
    mount = request.mount  # type: ignore[attr-defined]
    method = "GET" if request.method == "HEAD" else str(request.method)
    if inputs := inputs_of(mount.plugin).get((mount.match.func, method)):
        take(request, view, inputs)


def take(request: Request, view: APIView, inputs: Inputs) -> None:
    """Refuse what the operation does not know; move into the body what belongs there."""
    body = inputs.body if request.method == "DELETE" else {}
    name = inputs.unknown([*request.query_params], others=body)
    if name is not None:
        instead: Mapping[str, str] = getattr(view, "instead", {})
        known = [*inputs.query, *body]
        raise ValidationError(
            {name[:50]: instead[name]} if name in instead else no_such("parameter", name, known)
        )
    fields = {
        field: value_of(field, values, schema)
        for field, schema in body.items()
        if (values := values_of(field, request, schema))
    }
    if fields and isinstance(request.data, Mapping):
        for field in fields.keys() & request.data.keys():
            if fields[field] != request.data[field]:
                raise ValidationError(
                    {field: "Is another in the query than in the body. Send it once."}
                )
        whole = {**fields, **request.data}
        request._full_data = whole  # type: ignore[attr-defined]  # as DRF keeps it
        request.__dict__["data"] = whole  # and `JSONRequest`


def values_of(name: str, request: Request, schema: Mapping[str, Any]) -> list[str]:
    query = request.query_params
    if schema.get("type") != "array":
        return query.getlist(name)
    # A comma may be part of a text, and what is deleted must not be guessed.
    apart = parts if schema.get("items", {}).get("type") != "string" else texts
    given = [value for each in spellings(name, query) for value in query.getlist(each)]
    return [part for value in given for part in apart(value)]


def texts(value: str) -> list[str]:
    """Return the texts that one value of an array names: itself, or those of a list in JSON."""
    if value.startswith("["):
        with suppress(ValueError):
            found = read_json(value.encode())
            if all(isinstance(each, str) for each in found):
                return list(found)
    return [value]


def value_of(name: str, values: list[str], schema: Mapping[str, Any]) -> Any:
    """Return in JSON's types what texts in a query say; a text that says no such thing stays."""
    if schema.get("type") == "array":
        return [value_of(name, [value], schema.get("items", {})) for value in values]
    if len(values) > 1:
        raise ValidationError({name: "Is there more than once. Send it once."})
    [text] = values
    match schema.get("type"):
        case "integer" if re.fullmatch(r"-?[0-9]{1,18}", text):
            return int(text)
        case "boolean" if text.lower() in ("true", "false"):
            return text.lower() == "true"
        case "number" | "object":
            try:
                return read_json(text.encode())
            except ValueError:
                return text
    return text


@cache
def inputs_of(plugin: Plugin) -> dict[tuple[Any, str], Inputs]:
    """Return what each operation of a plugin's API takes, by its view and method."""
    document, _ = generate(plugin, whole=True)

    def named(schemas: Schemas) -> Schemas:
        return {name: whole_schema(schema, document) for name, schema in schemas.items()}

    found: dict[tuple[Any, str], Inputs] = {}
    for (path, method), view in views_of(plugin, whole=True).items():
        operation = document["paths"][path][method.lower()]
        query = {
            each["name"]: each["schema"]
            for each in operation.get("parameters", ())
            if each["in"] == "query"
        }
        content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        body = whole_schema(content.get("schema", {}), document).get("properties", {})
        found[view, method] = Inputs(named(query), named(body))
    return found
