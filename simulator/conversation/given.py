"""What a model is given of the plugins, as ChatGPT composed it: instructions, and functions."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import Any

import orjson
from django.utils import timezone

from simulator.conversation.reply import clean
from simulator.errors import StepError
from simulator.installing import subject_of
from simulator.models import InstalledPlugin
from simulator.operation import Operation, missing_in

PLUGINS_MAX = 3
"""As many as ChatGPT let a person choose for one conversation."""
FUNCTIONS_MAX, ARGUMENTS_MAX = 128, 200
"""As many functions as OpenAI takes, and arguments of one; what has more is not given."""
TOOLS_MAX = 1_000_000
"""Characters of all functions together: references let a small document stand for endless ones."""
NAME_MAX = 64
OTHER = re.compile(r"[^a-zA-Z0-9_-]")
"""What OpenAI takes in no name of a function, nor of a parameter."""
PER_TOKEN = 4
"""Characters: what OpenAI says of English. Each model counts in its own way."""


@dataclass(frozen=True)
class Function:
    """An operation of an installed plugin as a model calls it."""

    name: str
    installed: InstalledPlugin
    operation: Operation

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The arguments' own names, by those that the model is given."""
        taken: set[str] = set()
        return {unique(each.name, taken): each.name for each in self.operation.arguments}

    @cached_property
    def parameters(self) -> dict[str, Any]:
        schema = dict(self.operation.schema)
        properties = schema.get("properties")
        properties = properties if isinstance(properties, Mapping) else {}
        given = {own: name for name, own in self.names.items()}
        schema["type"] = "object"
        schema["properties"] = {given.get(own, own): each for own, each in properties.items()}
        if isinstance(schema.get("required"), list):
            schema["required"] = [given.get(own, own) for own in schema["required"]]
        return schema

    @cached_property
    def tool(self) -> dict[str, Any]:
        tool = {
            "type": "function",
            "function": {
                "name": self.name,
                "description": self.operation.description,
                "parameters": self.parameters,
            },
        }
        kept: dict[str, Any] = json.loads(clean(json.dumps(tool, ensure_ascii=False)))
        return kept

    def values(self, text: str) -> dict[str, Any]:
        """Return the arguments in what a model wrote; raises StepError in words for the model."""
        try:
            said = orjson.loads(text or "{}")
        except ValueError as error:
            raise StepError(
                f"The arguments are no JSON ({error}). Call {self.name} again with a JSON object."
            ) from error
        if not isinstance(said, dict):
            raise StepError(f"The arguments are no JSON object. Call {self.name} again with one.")
        if unknown := [name for name in said if name not in self.names]:
            takes = ", ".join(self.names) or "none"
            raise StepError(f"{self.name} takes no {', '.join(unknown)}. Its arguments: {takes}.")
        values = {self.names[name]: value for name, value in said.items()}
        if missing := missing_in(self.operation, values):
            given = {own: name for name, own in self.names.items()}
            raise StepError(f"{self.name} wants {', '.join(given[each] for each in missing)}.")
        return values


@dataclass(frozen=True)
class Given:
    instructions: str
    functions: tuple[Function, ...]
    left_out: int = 0
    """How many operations are not given, as they are too many, or too long."""

    @cached_property
    def tools(self) -> list[dict[str, Any]]:
        return [each.tool for each in self.functions]

    @property
    def tokens(self) -> int:
        """About how many they are."""
        tools = json.dumps(self.tools, ensure_ascii=False) if self.tools else ""
        return ceil(len(self.instructions + tools) / PER_TOKEN)

    def function(self, name: str) -> Function:
        """Return the one of a name; raises StepError in words for the model."""
        for each in self.functions:
            if each.name == name:
                return each
        offered = ", ".join(each.name for each in self.functions) or "none"
        raise StepError(f"There is no function {name!r}. The functions are: {offered}.")


def given_of(plugins: Iterable[InstalledPlugin]) -> Given:
    """Compose what a model is given of plugins."""
    subjects = [(installed, subject_of(installed)) for installed in plugins]
    spaces: set[str] = set()
    names: set[str] = set()
    left_out = 0
    parts = [f"Current date: {timezone.now():%Y-%m-%d}", "# Tools"]
    offered: list[Function] = []
    for installed, subject in subjects:
        space = unique(subject.name, spaces, longest=NAME_MAX // 3)
        parts.append(f"## {space}\n\n{subject.description}".rstrip())
        operations = subject.operations
        offered += [
            Function(unique(f"{space}__{operation.id}", names), installed, operation)
            for operation in operations[:FUNCTIONS_MAX]
        ]
        left_out += max(len(operations) - FUNCTIONS_MAX, 0)
    functions = bounded(offered)
    left_out += len(offered) - len(functions)
    return Given(clean("\n\n".join(parts)), functions, left_out)


def bounded(offered: Iterable[Function]) -> tuple[Function, ...]:
    """Return the functions that a model is given; none after they have become too long."""
    given: list[Function] = []
    left = TOOLS_MAX
    for each in offered:
        if len(each.operation.arguments) <= ARGUMENTS_MAX:
            left -= len(json.dumps(each.tool, ensure_ascii=False))
            if left < 0 or len(given) == FUNCTIONS_MAX:
                break
            given.append(each)
    return tuple(given)


def unique(name: str, taken: set[str], *, longest: int = NAME_MAX) -> str:
    """Return a name that OpenAI takes and that nobody has, and note it as taken."""
    plain = OTHER.sub("_", name)[:longest] or "_"
    found, number = plain, 1
    while found in taken:
        number += 1
        found = f"{plain[: longest - len(str(number)) - 1]}_{number}"
    taken.add(found)
    return found
