"""What can be called: its arguments, and how somebody writes them in a shell."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from simulator.answer import Answer
from simulator.confirmation import Confirmation
from simulator.errors import StepError
from simulator.fetching import TracedFetcher


@dataclass(frozen=True)
class Argument:
    """One that an operation takes."""

    name: str
    place: str
    """`path`, `query`, `header`, `cookie` or `body`."""
    schema: Mapping[str, Any]
    required: bool
    description: str = ""
    example: Any = None
    """What the document gives as one."""

    @property
    def types(self) -> set[str]:
        """The types that the schema names; none where it says so elsewhere."""
        said = self.schema.get("type")
        return {str(each) for each in (said if isinstance(said, list) else [said]) if each}

    def value(self, text: str) -> Any:
        """Return what a text means: itself where text is wanted, else JSON; raises StepError."""
        if "string" in self.types:
            return text
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            if not self.types:
                return text
            wanted = " or ".join(sorted(self.types))
            raise StepError(
                f"{self.name} wants JSON of type {wanted}, and {text!r} is none."
            ) from error


class Operation(Protocol):
    """One thing that a model can call."""

    @property
    def id(self) -> str: ...

    @property
    def description(self) -> str:
        """What a model is told of it."""
        ...

    @property
    def arguments(self) -> tuple[Argument, ...]: ...

    @property
    def reads(self) -> bool:
        """Whether it says that it changes nothing."""
        ...

    @property
    def confirmation(self) -> Confirmation: ...

    @property
    def schema(self) -> Mapping[str, Any]:
        """The arguments as JSON Schema that stands alone, as a model's tool has it."""
        ...

    def call(
        self, fetcher: TracedFetcher, values: Mapping[str, Any], headers: Mapping[str, str]
    ) -> Answer:
        """Call it with the headers of a credential; raises StepError, FetchError."""
        ...


def example_of(*holders: Mapping[str, Any]) -> Any:
    """Return the first example that one of these objects of OpenAPI, or schemas, gives."""
    for holder in holders:
        if "example" in holder:
            return holder["example"]
        examples = holder.get("examples")
        if isinstance(examples, list) and examples:
            return examples[0]
        for each in examples.values() if isinstance(examples, Mapping) else ():
            if isinstance(each, Mapping) and "value" in each:
                return each["value"]
    return None


def read_arguments(operation: Operation, texts: Iterable[str]) -> dict[str, Any]:
    """Return the values in `name=value` texts, by name; raises StepError."""
    known = {argument.name: argument for argument in operation.arguments}
    values: dict[str, Any] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise StepError(f"{text!r} is no argument. Write it as name=value.")
        if name not in known:
            takes = ", ".join(known) or "none"
            raise StepError(f"{operation.id} takes no {name!r}. Its arguments: {takes}.")
        if name in values:
            raise StepError(f"{name} is given twice. Write several values as a list of JSON.")
        values[name] = known[name].value(value)
    if missing := missing_in(operation, values):
        example = " ".join(f"{name}=…" for name in missing)
        raise StepError(f"{operation.id} wants {', '.join(missing)}. Add: {example}")
    return values


def missing_in(operation: Operation, values: Mapping[str, Any]) -> list[str]:
    return [each.name for each in operation.arguments if each.required and each.name not in values]
