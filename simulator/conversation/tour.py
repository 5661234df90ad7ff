"""The scripted tour: recorded questions, and the calls that a model could make. It is no model."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from simulator.conversation.given import Function, Given


@dataclass(frozen=True)
class Step:
    """A question, and one call of an operation by its id."""

    question: str
    operation: str
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def function_in(self, given: Given) -> Function | None:
        """Return the first that has the operation and takes nothing that is not recorded."""
        for function in given.functions:
            required = {each.name for each in function.operation.arguments if each.required}
            if function.operation.id == self.operation and required <= self.arguments.keys():
                return function
        return None

    def arguments_for(self, function: Function) -> dict[str, Any]:
        """Return what it takes of the arguments: a list that is a person's own asks for no name."""
        return {
            name: self.arguments[own]
            for name, own in function.names.items()
            if own in self.arguments
        }


def tour_of(given: Given) -> list[Step]:
    """Return the steps that what is installed has the operations for."""
    steps: Iterable[Step] = import_string(settings.CONVERSATION_TOUR)
    return [step for step in steps if step.function_in(given)]
