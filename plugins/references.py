"""What the references within an OpenAPI document stand for."""

from collections.abc import Mapping
from typing import Any


def resolved(schema: Mapping[str, Any], document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a reference stands for; any other schema as it is."""
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def whole_schema(schema: Mapping[str, Any], document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a schema in place of a reference to it, plain or among what it is all of."""
    match schema:
        case {"allOf": [only]}:
            return resolved(only, document)
    return resolved(schema, document)
