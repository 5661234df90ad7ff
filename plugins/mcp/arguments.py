"""The arguments of a tool, as a request says them."""

import json
from collections.abc import Mapping
from typing import Any

import orjson


class BadArgumentError(ValueError):
    """Arguments of which no request can be made; to guess would give a wrong answer."""


def plain(name: str, value: Any, schema: Mapping[str, Any]) -> Any:
    """Return an argument of a path or query as a URL can say it; raises BadArgumentError.

    There, a value of another type would be read as some text, and a list as its last item.
    """
    wanted = schema.get("type", [*WORDS])
    if wanted == "string" and isinstance(value, str):
        return value
    types = [wanted] if isinstance(wanted, str) else wanted
    if "array" in types and isinstance(value, list) and value:
        return [item_of(name, item) for item in value]
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # which JSON Schema does not tell apart
    if types_of(value).isdisjoint(types):
        words = " or ".join(WORDS.get(each, each) for each in types if each != "null")
        raise BadArgumentError(f"{name}: Must be {words}.")
    return value


WORDS = {
    "string": "text",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "array": "a list that is not empty",
}


def types_of(value: Any) -> set[str]:
    """Return the types, in words of JSON Schema, of which a value may be in a URL."""
    if isinstance(value, bool):
        return {"boolean"}
    if isinstance(value, str):
        return {"string", "integer", "number"}  # digits are the same there as text
    if isinstance(value, int):
        return {"integer", "number"}
    return {"number"} if isinstance(value, float) else set()


def item_of(name: str, item: Any) -> Any:
    if isinstance(item, float) and item.is_integer():
        item = int(item)
    if item == "" or types_of(item).isdisjoint({"number"}):
        raise BadArgumentError(f"{name}: Must be a list of numbers or of texts that are not empty.")
    return item


def as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)  # however large a number is


def as_json(body: Mapping[str, Any]) -> bytes:
    try:
        return orjson.dumps(body)
    except orjson.JSONEncodeError as error:  # which reads deeper than it writes
        raise BadArgumentError("The arguments are nested too deeply.") from error
