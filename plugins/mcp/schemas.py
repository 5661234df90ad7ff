"""OpenAPI 3.0 into JSON Schema 2020-12, in which tools describe what they take and answer."""

from collections.abc import Iterator, Mapping
from typing import Any

from plugins.patterns import is_portable

DATA = ("example", "default", "enum")
"""What holds values, and no schemas."""


def json_schema(
    schema: Mapping[str, Any], document: Mapping[str, Any], *, examples: bool = True
) -> dict[str, Any]:
    """Return a schema that stands alone, with what it refers to in its `$defs`."""
    made = translated(schema, examples=examples)
    definitions: dict[str, Any] = {}
    waiting = set(references(made))
    while waiting:
        name = waiting.pop()
        definitions[name] = translated(document["components"]["schemas"][name], examples=examples)
        waiting |= {*references(definitions[name])} - definitions.keys()
    return {**made, "$defs": definitions} if definitions else made


def translated(schema: Any, *, examples: bool) -> Any:
    """Say in JSON Schema what OpenAPI 3.0 has words of its own for: nullable, exclusive bounds."""
    if isinstance(schema, list):
        return [translated(each, examples=examples) for each in schema]
    if not isinstance(schema, Mapping):
        return schema
    made = {
        name: value if name in DATA else translated(value, examples=examples)
        for name, value in schema.items()
        if name != "properties"
    }
    if "properties" in schema:
        made["properties"] = {
            name: translated(each, examples=examples) for name, each in schema["properties"].items()
        }
    if "example" in made:
        example = made.pop("example")
        made |= {"examples": [example]} if examples else {}
    if isinstance(made.get("pattern"), str) and not is_portable(made["pattern"]):
        del made["pattern"]  # which many clients' engines refuse, and with it the whole list
    if "$ref" in made:
        made["$ref"] = made["$ref"].replace("#/components/schemas/", "#/$defs/")
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if made.get(exclusive) is True:
            made[exclusive] = made.pop(bound)
    if made.pop("nullable", False) is True:
        if isinstance(made.get("type"), str):
            made["type"] = [made["type"], "null"]
            if "enum" in made and None not in made["enum"]:
                made["enum"] = [*made["enum"], None]
        else:
            made = {"anyOf": [made, {"type": "null"}]}
    return made


def references(schema: Any) -> Iterator[str]:
    if isinstance(schema, list):
        for each in schema:
            yield from references(each)
    elif isinstance(schema, Mapping):
        for name, value in schema.items():
            if name == "$ref" and isinstance(value, str):
                yield value.rpartition("/")[2]
            else:
                yield from references(value)
