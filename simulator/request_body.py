"""The body that an operation takes: its properties as arguments, and the arguments as a body."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson

from plugins.linter.document import Document, Operation, listed
from simulator.errors import StepError
from simulator.oauth.server import FORM, JSON
from simulator.operation import Argument, example_of

WHOLE = "body"
"""The one argument of a body that is no object."""


@dataclass(frozen=True)
class RequestBody:
    content_type: str = ""
    """"" where the operation takes none."""
    names: Mapping[str, str] | None = None
    """The properties, by the arguments that give them; None where one argument is all of it."""
    arguments: tuple[Argument, ...] = ()

    @classmethod
    def of(
        cls, operation: Operation, document: Document, *, taken: frozenset[str]
    ) -> "RequestBody":
        """Return an operation's body; `taken` are the names of its other arguments."""
        body = document.resolved(operation.document.get("requestBody"))
        content = body.get("content") if isinstance(body, Mapping) else None
        if not isinstance(content, Mapping) or not content:
            return cls()
        kind = next(
            (each for each in (JSON, "*/*", FORM) if each in content), str(next(iter(content)))
        )
        if kind not in (JSON, "*/*", FORM):
            return cls(kind)
        schema = document.resolved((content[kind] or {}).get("schema"))
        properties, required = properties_of(schema, document)
        whole_required = isinstance(body, Mapping) and body.get("required") is True
        if not properties:
            given = schema if isinstance(schema, Mapping) else {}
            example = example_of(content[kind] or {}, given)
            return cls(kind, None, (Argument(WHOLE, "body", given, whole_required, "", example),))
        names = {f"body.{name}" if name in taken else name: name for name in properties}
        whole = example_of(content[kind] or {}, schema if isinstance(schema, Mapping) else {})
        examples = whole if isinstance(whole, Mapping) else {}
        arguments = tuple(
            Argument(
                argument,
                "body",
                properties[name],
                name in required,
                str(properties[name].get("description") or ""),
                examples.get(name, example_of(properties[name])),
            )
            for argument, name in names.items()
        )
        return cls(kind, names, arguments)

    def written(self, values: Mapping[str, Any]) -> tuple[dict[str, str], bytes | None]:
        """Return the body and the header that names its type; raises StepError."""
        if not self.content_type:
            return {}, None
        if self.names is None and not self.arguments:
            raise StepError(
                f"It takes {self.content_type}. A model gives JSON: offer application/json too."
            )
        value = (
            values.get(WHOLE)
            if self.names is None
            else {name: values[each] for each, name in self.names.items() if each in values}
        )
        if self.content_type == FORM:
            pairs = value if isinstance(value, dict) else {}
            return {"Content-Type": FORM}, urlencode(pairs, doseq=True).encode()
        return {"Content-Type": JSON}, orjson.dumps(value)


def properties_of(
    schema: Any, document: Document, depth: int = 0, seen: set[int] | None = None
) -> tuple[dict[str, Mapping[str, Any]], set[str]]:
    """Return an object's properties that a client sends, those of `allOf` too, and the required.

    A part is looked at once: parts can refer to each other in a million ways.
    """
    seen = set() if seen is None else seen
    if not isinstance(schema, Mapping) or depth > 20 or id(schema) in seen:
        return {}, set()
    seen.add(id(schema))
    found: dict[str, Mapping[str, Any]] = {}
    required: set[str] = set()
    for part in listed(schema, "allOf"):
        more, wanted = properties_of(document.resolved(part), document, depth + 1, seen)
        found |= more
        required |= wanted
    own = schema.get("properties")
    for name, each in (own if isinstance(own, Mapping) else {}).items():
        resolved = document.resolved(each)
        if isinstance(resolved, Mapping) and resolved.get("readOnly") is not True:
            found[str(name)] = resolved
    return found, (required | set(map(str, listed(schema, "required")))) & set(found)
