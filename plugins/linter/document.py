"""An OpenAPI document: its operations, servers and schemas, whatever shape it has."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from api.hosts import joined

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True)
class Operation:
    path: str
    method: str
    document: Mapping[str, Any]
    parameters: tuple[Mapping[str, Any], ...]
    """Those of the path as well."""

    @property
    def id(self) -> str:
        return str(self.document.get("operationId") or "")

    @property
    def at(self) -> str:
        return self.id or f"{self.method.upper()} {self.path}"


@dataclass(frozen=True)
class Document:
    """An OpenAPI document, and the URL that it came from."""

    url: str
    root: Mapping[str, Any]

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        paths = self.root.get("paths")
        return tuple(
            Operation(
                str(path),
                method,
                each[method],
                tuple(
                    found
                    for parameter in (
                        *listed(each, "parameters"),
                        *listed(each[method], "parameters"),
                    )
                    if isinstance(found := self.resolved(parameter), Mapping)
                ),
            )
            for path, each in (paths.items() if isinstance(paths, Mapping) else ())
            if isinstance(each, Mapping)
            for method in METHODS
            if isinstance(each.get(method), Mapping)
        )

    @cached_property
    def servers(self) -> tuple[str, ...]:
        """The URLs of the servers, absolute."""
        return tuple(
            joined(self.url, str(each.get("url", "")))
            for each in listed(self.root, "servers")
            if isinstance(each, Mapping)
        )

    @cached_property
    def schemas(self) -> tuple[tuple[str, Mapping[str, Any]], ...]:
        """Every schema object in the document, each with where it stands."""
        return tuple(walk("", self.root))

    def resolved(self, value: Any) -> Any:
        """Return what a reference within the document stands for; any other value as it is."""
        for _ in range(20):
            if not isinstance(value, Mapping) or not isinstance(value.get("$ref"), str):
                return value
            found: Any = self.root
            for step in value["$ref"].removeprefix("#/").split("/"):
                found = found.get(step.replace("~1", "/")) if isinstance(found, Mapping) else None
            value = found
        return None


def listed(value: Mapping[str, Any], name: str) -> list[Any]:
    found = value.get(name)
    return found if isinstance(found, list) else []


def walk(at: str, value: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield what could be a schema: every object but examples, which are data."""
    waiting = [(at, value)]
    while waiting:
        at, value = waiting.pop()
        if isinstance(value, Mapping):
            yield at, value
            for name, each in value.items():
                if name not in ("example", "examples", "default", "enum", "const"):
                    waiting.append((f"{at}/{str(name).replace('/', '~1')}", each))
        elif isinstance(value, list):
            waiting += [(f"{at}/{number}", each) for number, each in enumerate(value)]
