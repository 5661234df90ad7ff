"""The requests that a document asks for, as a client makes them that knows nothing else."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: dict[str, Any] = field(default_factory=dict)
    body: dict[str, Any] | None = None


def operation(document: dict[str, Any], operation_id: str) -> tuple[str, str, dict[str, Any]]:
    """Return the path, the method and the operation."""
    return next(
        (path, method, found)
        for path, item in document["paths"].items()
        for method, found in item.items()
        if found["operationId"] == operation_id
    )


def request_of(document: dict[str, Any], operation_id: str, given: dict[str, Any]) -> Request:
    """Put each argument where the document says; what is no parameter is the body's."""
    path, method, found = operation(document, operation_id)
    places = {parameter["name"]: parameter["in"] for parameter in found.get("parameters", [])}
    for name, value in given.items():
        if places.get(name) == "path":
            path = path.replace(f"{{{name}}}", quote(str(value), safe=""))
    query = {name: value for name, value in given.items() if places.get(name) == "query"}
    body = {name: value for name, value in given.items() if name not in places}
    return Request(method.upper(), path, query, body or None)
