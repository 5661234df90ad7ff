"""An operation as a form: one input for each argument, as its schema says it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.operation import Argument, Operation

LONG = 200
"""Characters: a text that may be longer gets more than a line."""


@dataclass(frozen=True)
class Input:
    name: str
    """Of the argument, which somebody else chose."""
    sent_as: str
    kind: str
    """`text`, `long`, `number`, `json` or `choice`."""
    value: str
    is_required: bool
    description: str
    choices: tuple[str, ...] = ()


def inputs(operation: Operation, values: Mapping[str, str]) -> list[Input]:
    """Return the inputs of an operation, filled with what was sent, else with the examples."""
    return [
        Input(
            argument.name,
            f"argument-{number}",
            kind(argument),
            values.get(argument.name, "" if values else text(argument)),
            argument.required,
            argument.description,
            choices(argument),
        )
        for number, argument in enumerate(operation.arguments)
    ]


def kind(argument: Argument) -> str:
    if choices(argument):
        return "choice"
    types = argument.types - {"null"}
    if types and types <= {"integer", "number"}:
        return "number"
    if types and "string" not in types:
        return "json"
    longest = argument.schema.get("maxLength")
    return "long" if isinstance(longest, int) and longest > LONG else "text"


def choices(argument: Argument) -> tuple[str, ...]:
    if argument.types == {"boolean"}:
        return ("true", "false")
    said = argument.schema.get("enum")
    return tuple(map(written, said)) if isinstance(said, list) else ()


def text(argument: Argument) -> str:
    return "" if argument.example is None else written(argument.example)


def written(value: Any) -> str:
    """Return a value as somebody would type it: text as it is, all else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
