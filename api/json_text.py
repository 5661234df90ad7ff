"""JSON as clients send it (RFC 8259): nothing in it is lost, and what is wrong with it is told."""

import json
from typing import Any

import jiter
import orjson

BOM = b"\xef\xbb\xbf"


def read_json(body: bytes) -> Any:
    """Return what a body of JSON says.

    A byte order mark is no part of it, and UTF-16 and UTF-32 are read as well: some systems write
    both. Raises ValueError for what is no JSON, and for an object that has a name twice: which of
    the two is meant, nobody knows.
    """
    body = body.removeprefix(BOM)
    try:
        value = orjson.loads(body)
    except ValueError as error:
        encoding = json.detect_encoding(body)
        if encoding != "utf-8":
            value = orjson.loads(decoded(body, encoding))
        elif problem := not_utf_8(body):
            raise ValueError(problem) from error
        else:
            raise
    if body.count(b":") > 1:  # with fewer, no name is there twice
        refuse_repeated(body)
    return value


def decoded(body: bytes, encoding: str) -> str:
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        raise ValueError("its text is broken; send it as UTF-8") from error


def not_utf_8(body: bytes) -> str:
    """Return what to do about bytes that are no UTF-8; "" for those that are."""
    try:
        body.decode()
    except UnicodeDecodeError as error:
        return f"byte {error.start} is no UTF-8. Encode it as UTF-8"
    return ""


class RepeatedNameError(ValueError):
    """A name stands twice in one object."""


def refuse_repeated(body: bytes) -> None:
    try:
        jiter.from_json(body, catch_duplicate_keys=True, cache_mode="none")
    except ValueError:  # looked at again for words of what is wrong, or in another encoding
        refuse_repeated_slowly(body)


def refuse_repeated_slowly(body: bytes) -> None:
    try:
        # Numbers stay text: their value is of no interest here, and some are too long for Python.
        json.loads(body, object_pairs_hook=distinct, parse_int=str, parse_float=str)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def distinct(pairs: list[tuple[str, Any]]) -> None:
    names = {name for name, _ in pairs}
    if len(names) < len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise RepeatedNameError(f"the name '{name[:50]}' is there twice. Send it once")
            seen.add(name)
