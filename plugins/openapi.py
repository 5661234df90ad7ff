"""Each plugin's OpenAPI document, made from its own routes.

What is documented is what is enforced: the views carry their plugin's protection, and the
refusals that protection, throttling and reading a body can answer are added from it here.
"""

from functools import cache, lru_cache
from threading import Lock
from typing import Any

import orjson
import yaml
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import EndpointEnumerator, SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import force_instance, get_doc
from drf_spectacular.utils import OpenApiResponse
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView

from api.exceptions import ProblemSerializer
from plugins.examples import mark_opening, put_bodies, put_examples, put_openings
from plugins.mounts import PluginMount
from plugins.permissions import DocumentedQuery, HasCredential, OwnUsername
from plugins.plugin import Plugin

ONE_AT_A_TIME = Lock()
"""drf-spectacular loads its extensions, and keeps its complaints, in globals."""


ASK_NOBODY = {AllowAny, HasCredential, DocumentedQuery}
"""Permissions that refuse nobody whose credential is good."""


class PluginSchema(AutoSchema):
    """drf-spectacular's inspector of views, with what it leaves out."""

    def check_query(self, request: Request, view: APIView) -> None:
        """Hold the query of a request to what the document says (`DocumentedQuery`)."""
        from plugins.queries import check_query  # which is about whole documents

        check_query(request, view)

    def get_description(self) -> str:  # type: ignore[override]  # as its own class does
        return ""  # what `extend_schema` says, and no docstring: those are for who reads the code

    def _map_serializer(
        self, serializer: Any, direction: Any, bypass_extensions: bool = False
    ) -> dict[str, Any]:
        mapped: dict[str, Any] = super()._map_serializer(serializer, direction, bypass_extensions)
        serializer = force_instance(serializer)
        if mapped.get("description") == get_doc(type(serializer)):
            del mapped["description"]
        put_examples(mapped.get("properties", {}), getattr(serializer, "examples", {}))
        mark_opening(mapped.get("properties", {}), getattr(serializer, "example_query", ()))
        if body := getattr(serializer, "example_body", None):
            mapped["example"] = body
        return mapped

    def get_tags(self) -> list[str]:
        return []

    def _get_request_body(self, direction: Any = "request") -> Any:
        if self.method != "DELETE":
            return super()._get_request_body(direction)
        # It drops the body of a DELETE, to which HTTP gives no meaning of its own; an API may.
        self.method = "POST"
        try:
            return super()._get_request_body(direction)
        finally:
            self.method = "DELETE"

    def _get_parameters(self) -> Any:
        parameters: list[dict[str, Any]] = super()._get_parameters()
        put_openings(parameters)
        if any(isinstance(permission, OwnUsername) for permission in self.view.get_permissions()):
            for parameter in parameters:
                if (parameter["in"], parameter["name"]) == ("path", "username"):
                    parameter["description"] = OwnUsername.description
                    parameter["examples"] = {"One's own": {"value": OwnUsername.example}}
        return parameters

    def get_auth(self) -> list[Any]:
        authenticators: list[Any] = self.view.get_authenticators()
        return [
            requirement
            for authenticator in authenticators
            for requirement in authenticator.scheme.security(self.view, self.method)
        ]

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        responses = super()._get_response_bodies(direction)
        for status, meaning in self.error_responses().items():
            problem = OpenApiResponse(ProblemSerializer, meaning)
            answer = self._get_response_for_code(problem, str(status), direction=direction)
            responses.setdefault(str(status), answer)
        return dict(sorted(responses.items()))

    def error_responses(self) -> dict[int, str]:
        """Return the statuses that the mount and the framework can answer, and their meaning."""
        errors = {
            400: "Something in the request is wrong; the detail says what.",
            503: "The site is busy, or its database did not answer. Try again shortly.",
        }
        if self.view.get_authenticators():
            errors[401] = "There is no valid token."
        if {type(p) for p in self.view.get_permissions()} - ASK_NOBODY:
            errors[403] = "The token does not allow this."
        if self.method in ("POST", "PUT", "PATCH", "DELETE"):
            errors[413] = "The body is too large."
        if self.view.get_throttles():
            errors[429] = "Too many requests. Wait as long as Retry-After says."
        return errors


class Offered(EndpointEnumerator):
    """The operations that models are shown: those whose views are mounted as `offered`.

    A view that says nothing of it is.
    """

    def should_include_endpoint(self, path: str, callback: Any) -> bool:
        offered = getattr(callback.cls, "offered", True)
        return callback.initkwargs.get("offered", offered) and super().should_include_endpoint(
            path, callback
        )


class OfferedGenerator(SchemaGenerator):
    endpoint_inspector_cls = Offered


@cache
def generate(plugin: Plugin, *, whole: bool = False) -> tuple[dict[str, Any], list[str]]:
    """Make the plugin's OpenAPI 3.0 document, but for the server it is reached at.

    It has what models are offered, or the `whole` of the API. Returns it with what
    drf-spectacular found wrong with the views.
    """
    # A generator of its own patterns: `custom_settings` of drf-spectacular's views patches a
    # global, and one plugin would get another's title under concurrent requests.
    generator = (SchemaGenerator if whole else OfferedGenerator)(patterns=plugin.api_urls)
    with ONE_AT_A_TIME, GENERATOR_STATS.silence():
        document: dict[str, Any] = generator.get_schema(public=True)
        complaints = [*GENERATOR_STATS._warn_cache, *GENERATOR_STATS._error_cache]
    name_nullables(document)
    drop_unused(document)
    put_bodies(document)
    tag = plugin.name_for_model
    for operation in (each for methods in document["paths"].values() for each in methods.values()):
        operation["tags"] = [tag]
        # It stands alone: most importers show a model no summary.
        if more := operation.get("description"):
            operation["description"] = f"{operation.get('summary', '').rstrip('.')}. {more}"
    document["tags"] = [{"name": tag, "description": plugin.description_for_human}]
    document["info"] = {
        "title": plugin.name_for_human,
        "description": plugin.description_for_human,
        "version": plugin.version,
    }
    if plugin.auth.callers == "everybody":
        document["security"] = []  # said outright: linters take silence for an oversight
    return document, complaints


def drop_unused(document: dict[str, Any]) -> None:
    """Leave out the schemas that nothing refers to any more; linters take them for mistakes."""
    schemas = document.get("components", {}).get("schemas", {})
    used: set[str] = set()
    waiting: list[Any] = [document["paths"]]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            name = str(each.get("$ref", "")).rpartition("/")[2]
            if name in schemas and name not in used:
                used.add(name)
                waiting.append(schemas[name])
            waiting += list(each.values())
        elif isinstance(each, list):
            waiting += each
    for name in schemas.keys() - used:
        del schemas[name]


def name_nullables(document: dict[str, Any]) -> None:
    """Refer to a component `NullableX` where an X may be null.

    drf-spectacular puts `nullable` beside a reference, where OpenAPI 3.0.3 gives it no meaning:
    some tools read it as never null, and others refuse the document.
    """
    schemas = document.get("components", {}).get("schemas", {})
    waiting: list[Any] = [document]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            match each:
                case {"nullable": True, "allOf": [{"$ref": str(reference)}]}:
                    start, _, name = reference.rpartition("/")
                    if "enum" in schemas[name]:  # of which some tools take no null by reference
                        del each["allOf"]
                        each |= nullable(schemas[name])
                        continue
                    del each["nullable"]
                    each["allOf"] = [{"$ref": f"{start}/Nullable{name}"}]
                    schemas[f"Nullable{name}"] = nullable(schemas[name])
            waiting += list(each.values())
        elif isinstance(each, list):
            waiting += each
    if schemas:
        document["components"]["schemas"] = dict(sorted(schemas.items()))


def nullable(schema: dict[str, Any]) -> dict[str, Any]:
    values = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return {**schema, **values, "nullable": True}


@cache
def views_of(plugin: Plugin, *, whole: bool = False) -> dict[tuple[str, str], Any]:
    """Return the views of a plugin's API, by path and method as its document has them."""
    enumerator = EndpointEnumerator if whole else Offered
    endpoints = enumerator(patterns=plugin.api_urls).get_api_endpoints()
    return {(path, method): view for path, _, method, view in endpoints}


def document_at(mount: PluginMount, *, whole: bool = False) -> dict[str, Any]:
    """Return a document of a plugin with what depends on where it is reached."""
    plugin = mount.plugin
    document = {**generate(plugin, whole=whole)[0], "servers": [{"url": mount.root}]}
    document["info"] = {
        **document["info"],
        "termsOfService": mount.url("legal"),
        "contact": {"name": plugin.name_for_human, "email": mount.contact_email},
        "license": {"name": "Terms of use", "url": mount.url("legal")},
    }
    if schemes := plugin.auth.as_openapi(mount):
        document["components"] = {**document["components"], "securitySchemes": schemes}
    return document


@lru_cache(maxsize=256)
def openapi_text(mount: PluginMount, *, as_json: bool, whole: bool = False) -> bytes:
    """Return a document of a plugin at a mount, as JSON or as YAML."""
    document = document_at(mount, whole=whole)
    if as_json:
        return orjson.dumps(document, option=orjson.OPT_INDENT_2)
    text: str = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)
    return text.encode()
