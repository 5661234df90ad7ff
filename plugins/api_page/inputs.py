"""What a form asks for an operation: an input for each parameter, and for its body or its parts."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from plugins.references import whole_schema

JSON = "application/json"
FORM = "multipart/form-data"
BODY = "body"

Kind = Literal["text", "number", "choice", "lines", "json", "file"]
Place = Literal["path", "query", "body", "part"]


@dataclass(frozen=True)
class Input:
    """One input; its `example` is a good one, and `value` what the form opens with."""

    name: str
    place: Place
    kind: Kind
    value: str
    example: str = ""
    is_required: bool = False
    description: str = ""
    choices: tuple[str, ...] = ()

    @property
    def sent_as(self) -> str:
        """Its name in the form: a query and a path may both have one."""
        return f"{self.place}-{self.name}"

    @property
    def rows(self) -> int:
        return min(self.value.count("\n") + 1, 20) if self.kind == "json" else 2


def inputs_of(operation: Mapping[str, Any], document: Mapping[str, Any]) -> Iterator[Input]:
    """Yield what an operation takes, as its document describes it."""
    order = {"path": 0, "query": 1}
    parameters = [each for each in operation.get("parameters", ()) if each["in"] in order]
    for each in sorted(parameters, key=lambda each: order[each["in"]]):
        schema = whole_schema(each["schema"], document)
        yield of_value(
            each["name"],
            each["in"],
            schema,
            opens_with=opening(each, schema),
            is_required=each.get("required", False),
            description=each.get("description", ""),
        )
    body = operation.get("requestBody", {})
    content = body.get("content", {})
    if JSON in content:
        example = content[JSON].get("example", {})
        text = json.dumps(example, ensure_ascii=False, indent=2)
        yield Input(BODY, "body", "json", text, is_required=body.get("required", False))
    elif FORM in content:
        schema = whole_schema(content[FORM]["schema"], document)
        for name, part in schema["properties"].items():
            is_required = name in schema.get("required", ())
            words = part.get("description", "")
            part = whole_schema(part, document)
            yield of_value(name, "part", part, is_required=is_required, description=words)


def of_value(
    name: str, place: Place, schema: Mapping[str, Any], *, opens_with: Any = None, **said: Any
) -> Input:
    kind = kind_of(schema)
    return Input(
        name,
        place,
        kind,
        written(opens_with, kind),
        example=written(schema.get("example"), kind),
        choices=choices_of(schema),
        **said,
    )


def opening(parameter: Mapping[str, Any], schema: Mapping[str, Any]) -> Any:
    """Return what a parameter opens with; None where a good call goes without it.

    The parameter's own example is of such a call; its schema's shows only how a value looks.
    """
    for example in parameter.get("examples", {}).values():
        return example.get("value")
    if "example" in parameter:
        return parameter["example"]
    return schema.get("example") if parameter.get("required") else None


def kind_of(schema: Mapping[str, Any]) -> Kind:
    if choices_of(schema):
        return "choice"
    match schema.get("type"):
        case "integer" | "number":
            return "number"
        case "array":
            return "lines" if schema.get("items", {}).get("type") == "string" else "text"
        case "object":
            return "json"
        case "string" if schema.get("format") == "binary":
            return "file"
    return "text"


def choices_of(schema: Mapping[str, Any]) -> tuple[str, ...]:
    if schema.get("type") == "boolean":
        return ("true", "false")
    return tuple(str(each) for each in schema.get("enum", ()) if each is not None)


def written(value: Any, kind: Kind) -> str:
    """Return a value as somebody would type it."""
    if value is None or kind == "file":
        return ""
    if isinstance(value, list) and kind != "json":
        return ("\n" if kind == "lines" else ",").join(map(str, value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
