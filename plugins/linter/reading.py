"""Reads what was fetched: JSON and YAML, with the line where it breaks."""

import json
from collections.abc import Mapping
from typing import Any

import yaml

from api.fetching import Fetched

YAML_MAX = 512 * 1024
"""Characters, which take seconds."""
YAML_VALUES_MAX = 500_000
"""More than these hold, without aliases that multiply."""


DEPTH_MAX = 100
"""How deep documents nest at most: who keeps, copies or shows deeper ones comes to Python's end."""


class UnreadableError(ValueError):
    """What was found instead of a document, and how to mend it."""

    def __init__(self, found: str, mend: str) -> None:
        super().__init__(f"{found}. {mend}")
        self.found = found
        self.mend = mend


def read_object(fetched: Fetched, *, yaml_too: bool = False) -> Mapping[str, Any]:
    """Return the object that a body holds; raises UnreadableError."""
    if fetched.status != 200:
        raise UnreadableError(
            f"HTTP status {fetched.status}", "Serve the document there, with 200."
        )
    try:
        text = fetched.body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError(f"no UTF-8 at byte {error.start}", "Save it as UTF-8.") from error
    value = parsed(text, yaml_too=yaml_too and not text.lstrip().startswith(("{", "[")))
    if is_deep(value):
        raise UnreadableError(f"nested too deep, more than {DEPTH_MAX} times", "Nest it less.")
    if not isinstance(value, Mapping):
        if text.lstrip()[:1] == "<":
            raise UnreadableError("a page of HTML", "Serve the document itself at this address.")
        raise UnreadableError(f"{type(value).__name__}, no object", "Begin it with an object.")
    return value


def parsed(text: str, *, yaml_too: bool) -> Any:
    if yaml_too:
        return parsed_yaml(text)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        if text.lstrip()[:1] == "<":
            return text
        where = f"at line {error.lineno}, column {error.colno}"
        raise UnreadableError(f"broken JSON {where}: {error.msg}", "Mend that line.") from error
    except ValueError as error:  # a number of thousands of digits
        raise UnreadableError(f"broken JSON: {error}", "Put it in quotes.") from error
    except RecursionError as error:
        raise UnreadableError("JSON nested too deep", "Nest it less.") from error


def parsed_yaml(text: str) -> Any:
    if len(text) > YAML_MAX:
        found = f"YAML of more than {YAML_MAX} characters"
        raise UnreadableError(found, "Serve it as JSON, which takes far less time to read.")
    try:
        value = yaml.safe_load(text)  # not by libyaml, which deep nesting kills
        size = unfolded(value)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "it cannot be read"
        raise UnreadableError(f"broken YAML{where}: {problem}", "Mend that line.") from error
    except RecursionError as error:
        raise UnreadableError("YAML nested too deep, or in itself", "Nest it less.") from error
    except (
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
    ) as error:
        # Such as a date of month 13.
        raise UnreadableError(f"broken YAML: {error}", "Put it in quotes.") from error
    if size > YAML_VALUES_MAX:
        found = f"YAML whose aliases unfold to more than {YAML_VALUES_MAX} values"
        raise UnreadableError(found, "Write out what they stand for, or use $ref.")
    return value


def unfolded(value: Any, known: dict[int, int] | None = None) -> int:
    """Return how many values a value holds, each as often as an alias brings it."""
    known = {} if known is None else known
    if not isinstance(value, dict | list):
        return 1
    if id(value) not in known:
        each = value.values() if isinstance(value, dict) else value
        known[id(value)] = 1 + sum(unfolded(part, known) for part in each)
    return known[id(value)]


def is_deep(value: Any) -> bool:
    """Say whether a value is nested more than DEPTH_MAX times."""
    level = [value]
    for _ in range(DEPTH_MAX + 1):
        level = list({id(each): each for each in level if isinstance(each, dict | list)}.values())
        if not level:
            return False
        level = [
            part for each in level for part in (each.values() if isinstance(each, dict) else each)
        ]
    return True
