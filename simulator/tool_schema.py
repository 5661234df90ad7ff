"""The arguments of an operation as JSON Schema, in which a model's tools say what they take."""

from collections.abc import Iterable, Mapping
from typing import Any

from plugins.linter.document import Document
from plugins.mcp.schemas import translated
from simulator.operation import Argument

NODES_MAX = 20_000
"""Of what one operation takes: references can make a small document stand for an endless one."""

PER_NODE = 50
"""Characters of a text that count as one."""


def of_arguments(arguments: Iterable[Argument], document: Document) -> dict[str, Any]:
    properties = {}
    required = []
    standing = Standing(document)
    for each in arguments:
        schema = translated(standing.alone(each.schema), examples=True)
        properties[each.name] = schema
        if each.description:
            properties[each.name] = {**schema, "description": each.description}
        if each.required:
            required.append(each.name)
    return {"type": "object", "properties": properties, "required": required}


class Standing:
    """Puts what references stand for in their place; one that leads to itself ends there."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.left = NODES_MAX

    def alone(self, value: Any, followed: frozenset[str] = frozenset()) -> Any:
        self.left -= 1 + (len(value) // PER_NODE if isinstance(value, str) else 0)
        if self.left < 0:
            return {}
        if isinstance(value, Mapping) and isinstance(ref := value.get("$ref"), str):
            if ref in followed:
                return {}
            return self.alone(self.document.resolved(value) or {}, followed | {ref})
        if isinstance(value, Mapping):
            return {str(name): self.alone(each, followed) for name, each in value.items()}
        if isinstance(value, list):
            return [self.alone(each, followed) for each in value]
        return value
