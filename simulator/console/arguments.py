"""An operation as a form: one input for each argument, as its schema says it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.operation import Argument, Operation

LONG = 200
"""Characters: a text that may be longer gets more than a line."""

SHOWN_MAX, CHOICES_MAX, CHOICE_MAX, TEXT_MAX = 100, 100, 200, 2_000
"""Inputs of an operation, choices of one, and characters: of a choice, and of all else in it.

References let a small document stand for an endless page.
"""
MARKUP = 100
"""Characters of HTML around a text, about."""


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

    @property
    def size(self) -> int:
        """About how many characters it takes of a page."""
        texts = (self.name, self.value, self.description, *self.choices)
        return sum(map(len, texts)) + MARKUP * len(texts)


def inputs(operation: Operation, values: Mapping[str, str]) -> list[Input]:
    """Return the inputs of an operation, filled with what was sent, else with the examples."""
    return [
        Input(
            argument.name,
            f"argument-{number}",
            kind(argument),
            values.get(argument.name, "" if values else text(argument)),
            argument.required,
            argument.description[:TEXT_MAX],
            choices(argument),
        )
        for number, argument in enumerate(operation.arguments[:SHOWN_MAX])
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
    if not isinstance(said, list) or len(said) > CHOICES_MAX:
        return ()  # it is typed
    return tuple(text for each in said if len(text := written(each)) <= CHOICE_MAX)


def text(argument: Argument) -> str:
    example = "" if argument.example is None else written(argument.example)
    return example if len(example) <= TEXT_MAX else ""


def written(value: Any) -> str:
    """Return a value as somebody would type it: text as it is, all else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
