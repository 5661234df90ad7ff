"""An operation of an OpenAPI document, and how its arguments become a request."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlencode

from api.hosts import joined, parts_of
from plugins.linter.document import Document, Operation, listed
from plugins.linter.manifest import domain_of
from simulator import reasons
from simulator.answer import Answer, answer_of
from simulator.confirmation import Confirmation
from simulator.errors import StepError
from simulator.fetching import CALL_SECONDS, TracedFetcher
from simulator.oauth.server import JSON, require_secure
from simulator.operation import Argument, example_of
from simulator.request_body import RequestBody
from simulator.tool_schema import of_arguments

OWN_HEADERS = frozenset({"accept", "content-type", "authorization"})
"""What OpenAPI lets no parameter say (3.0.3 section 4.7.12)."""


@dataclass(frozen=True)
class OpenAPIOperation:
    operation: Operation
    document: Document
    plugin_url: str

    @property
    def id(self) -> str:
        return self.operation.at

    @cached_property
    def parameters(self) -> dict[str, Mapping[str, Any]]:
        """By name; an operation's own stand in for those of its path."""
        return {
            str(each.get("name")): each
            for each in self.operation.parameters
            if each.get("in") != "header" or str(each.get("name")).lower() not in OWN_HEADERS
        }

    @cached_property
    def body(self) -> RequestBody:
        return RequestBody.of(self.operation, self.document, taken=frozenset(self.parameters))

    @cached_property
    def arguments(self) -> tuple[Argument, ...]:
        return (*map(self.argument, self.parameters.values()), *self.body.arguments)

    @property
    def confirmation(self) -> Confirmation:
        """By `x-openai-isConsequential`; where it is not said, all but reading is."""
        said = self.operation.document.get("x-openai-isConsequential")
        reads = self.operation.method in ("get", "head")
        if said is True or (said is not False and not reads):
            return Confirmation.ALWAYS
        return Confirmation.NEVER if reads else Confirmation.UNTIL_ALLOWED

    @property
    def schema(self) -> Mapping[str, Any]:
        return of_arguments(self.arguments, self.document)

    def argument(self, parameter: Mapping[str, Any]) -> Argument:
        found = self.document.resolved(parameter.get("schema"))
        schema = found if isinstance(found, Mapping) else {}
        return Argument(
            str(parameter.get("name")),
            str(parameter.get("in")),
            schema,
            parameter.get("required") is True,
            str(parameter.get("description") or ""),
            example_of(parameter, schema),
        )

    @property
    def description(self) -> str:
        """Its summary and its description; one that begins with the summary says it once."""
        written = (self.operation.document.get(each) for each in ("summary", "description"))
        summary, description = (f"{str(each).rstrip('. ')}." if each else "" for each in written)
        if description.startswith(summary):
            return description
        return f"{summary} {description}".strip()

    @property
    def reads(self) -> bool:
        return self.operation.method == "get"

    def call(
        self, fetcher: TracedFetcher, values: Mapping[str, Any], headers: Mapping[str, str]
    ) -> Answer:
        """Redirects are not followed: a credential goes where it belongs, and no further."""
        kind, body = self.body.written(values)
        made = {"Accept": JSON, **kind, **self.in_headers(values), **headers}
        sent = fetcher.to(reasons.CALL, seconds=CALL_SECONDS).send(
            self.operation.method.upper(), self.url(values), headers=made, body=body, follow=False
        )
        return answer_of(sent)

    def url(self, values: Mapping[str, Any]) -> str:
        path = self.operation.path
        query: list[tuple[str, str]] = []
        for name, parameter in self.parameters.items():
            if values.get(name) is None:
                continue
            if parameter.get("in") == "path":
                path = path.replace(f"{{{name}}}", in_path(name, values[name]))
            elif parameter.get("in") == "query":
                query += in_query(parameter, values[name])
        return f"{self.server}{path}{'?' if query else ''}{urlencode(query)}"

    def in_headers(self, values: Mapping[str, Any]) -> dict[str, str]:
        places = {
            place: [
                (name, simple(values[name]))
                for name, each in self.parameters.items()
                if each.get("in") == place and values.get(name) is not None
            ]
            for place in ("header", "cookie")
        }
        cookies = "; ".join(f"{name}={quote(value)}" for name, value in places["cookie"])
        return {**dict(places["header"]), **({"Cookie": cookies} if cookies else {})}

    @property
    def server(self) -> str:
        """Where the API is; raises StepError for one that must not have the plugin's credential."""
        paths = self.document.root.get("paths")
        item = paths.get(self.operation.path) if isinstance(paths, Mapping) else None
        holders = (self.operation.document, item or {}, self.document.root)
        servers = (each for holder in holders for each in listed(holder, "servers"))
        url = joined(self.document.url, filled(next(servers, {}))).rstrip("/")
        host, own = (parts_of(each).hostname or "" for each in (url, self.plugin_url))
        if domain_of(host) != domain_of(own):
            raise StepError(f"Its server {url} is not at {domain_of(own)}, so nothing is sent.")
        require_secure(url)
        return url


def filled(server: Any) -> str:
    """Return a server's URL with its variables at their defaults (OpenAPI 3.0.3 section 4.7.6)."""
    server = server if isinstance(server, Mapping) else {}
    url = str(server.get("url") or "/")
    variables = server.get("variables")
    for name, each in (variables if isinstance(variables, Mapping) else {}).items():
        if isinstance(each, Mapping):
            url = url.replace(f"{{{name}}}", str(each.get("default", "")))
    return url


def in_path(name: str, value: Any) -> str:
    text = ",".join(map(plain, value)) if isinstance(value, list) else plain(value)
    if text in (".", ".."):
        raise StepError(f"{name} is {text!r}, which leads to another path.")
    return quote(text, safe=",")


def in_query(parameter: Mapping[str, Any], value: Any) -> Iterator[tuple[str, str]]:
    """Yield a parameter as its style says (OpenAPI 3.0.3 section 4.7.12.2)."""
    name = str(parameter.get("name"))
    style = parameter.get("style", "form")
    explode = parameter.get("explode", style == "form")
    if "content" in parameter:
        yield name, json.dumps(value)
    elif isinstance(value, list) and explode:
        yield from ((name, plain(each)) for each in value)
    elif isinstance(value, list):
        between = {"spaceDelimited": " ", "pipeDelimited": "|"}.get(style, ",")
        yield name, between.join(map(plain, value))
    elif isinstance(value, dict) and style == "deepObject":
        yield from ((f"{name}[{key}]", plain(each)) for key, each in value.items())
    elif isinstance(value, dict) and explode:
        yield from ((key, plain(each)) for key, each in value.items())
    else:
        yield name, simple(value)


def simple(value: Any) -> str:
    if isinstance(value, dict):
        return ",".join(f"{key},{plain(each)}" for key, each in value.items())
    return ",".join(map(plain, value)) if isinstance(value, list) else plain(value)


def plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
