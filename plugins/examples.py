"""Examples in a document: declared once, with the field or serializer that they are of.

A serializer's `examples` are of its fields, by their names; its `example_body` is of the whole,
where no body holds an example of every field. Of a query's, `example_query` names the fields that a
good call has: their parameters have the example as their own, the others only within their schema,
which says how a value looks.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from plugins.references import whole_schema

MISSING = object()
OPENS = "x-opens"
"""Marks what a parameter is made of, until it is made."""


def put_examples(properties: Mapping[str, dict[str, Any]], examples: Mapping[str, Any]) -> None:
    """Put examples to the properties that they are of; one that is a reference has its own."""
    for name, example in examples.items():
        if name in properties and not {"$ref", "allOf"} & properties[name].keys():
            properties[name]["example"] = example


def mark_opening(properties: Mapping[str, dict[str, Any]], names: Iterable[str]) -> None:
    for name in names:
        properties[name][OPENS] = True


def put_openings(parameters: Iterable[dict[str, Any]]) -> None:
    """Give the parameters that a good call has their example."""
    for parameter in parameters:
        if parameter["schema"].pop(OPENS, False):
            parameter["example"] = parameter["schema"]["example"]


def put_bodies(document: Mapping[str, Any]) -> None:
    """Put to each operation's body, and to its good answers, an example made of its properties'."""
    for methods in document["paths"].values():
        for operation in methods.values():
            answers = (
                answer
                for status, answer in operation["responses"].items()
                if status.startswith("2")
            )
            for holder in (operation.get("requestBody", {}), *answers):
                media = holder.get("content", {}).get("application/json")
                if media and (found := example_of(media["schema"], document)) is not MISSING:
                    media["example"] = found


def example_of(schema: Mapping[str, Any], document: Mapping[str, Any]) -> Any:
    """Return an example of what a schema describes; MISSING where it has none."""
    schema = whole_schema(schema, document)
    match schema:
        case {"example": example} | {"default": example} | {"enum": [example, *_]}:
            return example
        case {"properties": properties}:
            found = {name: example_of(each, document) for name, each in properties.items()}
            return {name: each for name, each in found.items() if each is not MISSING}
        case {"type": "array", "items": items}:
            example = example_of(items, document)
            return MISSING if example is MISSING else [example]
    return MISSING
