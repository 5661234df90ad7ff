"""The short way: from the WSGI server straight to a view of a plugin's API, or to its MCP endpoint.

Django's handler, signals and middleware cost such a request several times what its view does, and
do little for it. That little is done here: the same hosts are allowed, the same routes are matched,
the same views answer, with the same headers. Whatever is not quite usual goes the long way, as all
do with `SHORT_WAY=off`.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from http.client import responses as reasons
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import DisallowedHost, MiddlewareNotUsed, SuspiciousOperation
from django.core.handlers.exception import response_for_exception
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse
from django.urls import set_script_prefix, set_urlconf
from django.utils.log import log_response
from django.utils.module_loading import import_string

from api.body_length import refused
from api.requests import APIRequest
from api.views import Answer
from plugins.dispatch import answer_api
from plugins.mounts import (
    KEPT_PATH_MAX,
    MOUNTS_MAX,
    PluginMount,
    api_mount,
    mount_among,
    mount_of,
    prefix_namespace,
)
from plugins.plugin import Plugin
from plugins.registry import declared_plugins
from plugins.urls import MCP_URLS

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]

METHODS = frozenset(("GET", "POST", "PUT", "PATCH", "DELETE"))
ARRIVAL = (
    *("wsgi.url_scheme", "SERVER_NAME", "SERVER_PORT", "HTTP_HOST"),
    *("HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_PORT"),
)
"""What says where a request arrived; where it is the same, so is the place."""
PLACES_MAX = 256

UNREADABLE = (
    b'{"detail":"The request cannot be read as its Content-Type says: no text is in such an '
    b"encoding, or the query has too many parameters. Send it without a charset, or with "
    b'charset=utf-8."}'
)

LAST = "plugins.middleware.APIMiddleware"
KNOWN = frozenset(
    (
        "plugins.middleware.PublicURLMiddleware",
        "plugins.middleware.PortMiddleware",
        "django.middleware.security.SecurityMiddleware",
        "plugins.middleware.MountMiddleware",
        "plugins.cors.PluginCorsMiddleware",
    )
)
"""The middleware before it that says the same of every request to one place."""
ELSEWHERE = frozenset(("whitenoise.middleware.WhiteNoiseMiddleware",))
"""And that which has no part in an API."""


@dataclass(frozen=True, eq=False)
class Place:
    """A scheme and host that requests arrive at, as the middleware knows it."""

    plugins: Mapping[str, Plugin]
    origin: str
    urlconf: Any
    headers: tuple[tuple[str, str], ...]
    """What the middleware adds to every answer."""
    told: tuple[tuple[str, Any], ...]
    """What the middleware says of where a request arrived, unlike the request itself."""

    def mount_at(self, path: str) -> PluginMount | None:
        """Return the mount at which an API or MCP endpoint answers a path; None for all else."""
        return kept_mount(self, path) if len(path) <= KEPT_PATH_MAX else self.find_mount(path)

    def find_mount(self, path: str) -> PluginMount | None:
        slug, _, below = path[1:].partition("/")
        plugin = self.plugins.get(slug)
        if plugin is None:
            mount = mount_of(self.origin, self.urlconf, path)  # at the root of a plugin's host
            return mount if mount and mount.is_api else None
        at: Any = {
            "origin": self.origin,
            "urlconf": self.urlconf,
            "namespace": prefix_namespace(plugin),
            "plugin": plugin,
        }
        return api_mount(below, **at) or mount_among(MCP_URLS, "mcp", below, **at)


kept_mount = lru_cache(MOUNTS_MAX)(Place.find_mount)


class ShortWay:
    """Finds the requests that can go this way, and answers them."""

    has_seen_prefix: ClassVar = False
    """Whether the site of this process was asked below a path: Django leaves that to the thread."""

    def __init__(self) -> None:
        names = settings.MIDDLEWARE[: settings.MIDDLEWARE.index(LAST)]
        self.is_open = settings.SHORT_WAY and set(names) <= KNOWN | ELSEWHERE
        self.places: dict[tuple[Any, ...], Place] = {}
        self.plugins = {plugin.slug: plugin for plugin in declared_plugins()}
        self.middleware: Callable[[HttpRequest], HttpResponse] = lambda request: HttpResponse()
        for name in reversed([name for name in names if name in KNOWN]):
            with suppress(MiddlewareNotUsed):
                self.middleware = import_string(name)(self.middleware)

    def find(self, request: Any) -> Place | None:
        """Return where a request arrived, with its `mount` set; None if it must go the long way."""
        sent = request.META
        if sent.get("SCRIPT_NAME"):
            ShortWay.has_seen_prefix = True
            return None
        usual = request.method in METHODS and "HTTP_ORIGIN" not in sent
        if not (usual and self.is_open):
            return None
        if request.path_info[0] != "/":
            return None
        if request.path_info.endswith("/"):
            return None  # which may say nothing: MountMiddleware looks whether a route is for it
        place = self.place(request)
        if place is None:
            return None
        request.urlconf = place.urlconf
        request.mount = place.mount_at(request.path_info)
        return place if request.mount else None

    def place(self, request: Any) -> Place | None:
        """Ask the middleware once for each place; None where it answers by itself."""
        arrival = tuple([request.META.get(name) for name in ARRIVAL])
        place = self.places.get(arrival)
        if place is None:
            try:
                response = self.middleware(request)
            except DisallowedHost:
                return None
            if response.status_code != 200 or request.mount is None:
                return None
            del response["Content-Type"]
            now = zip(ARRIVAL, map(request.META.get, ARRIVAL), arrival, strict=True)
            told = tuple((name, value) for name, value, before in now if value != before)
            place = Place(
                plugins=self.plugins,
                origin=request.mount.origin,
                urlconf=request.urlconf,
                headers=tuple(response.items()),
                told=told,
            )
            if len(self.places) < PLACES_MAX:  # more come of a made-up Host, where all are allowed
                self.places[arrival] = place
        request.META.update(place.told)
        return place

    def answer(self, request: Any) -> Answer | HttpResponse:
        """Call the view of a request that was found, as Django's handler would."""
        own_urls = request.urlconf is not None  # the root of a plugin's host
        if ShortWay.has_seen_prefix:
            set_script_prefix("/")
        if own_urls:
            set_urlconf(request.urlconf)
        try:
            answer = answer_api(request)
        except Exception as error:
            return response_for_exception(request, error)
        finally:
            if own_urls:
                set_urlconf(None)
            request.close()
            close_old_connections()
        if answer.status_code >= 400:
            response = answer if isinstance(answer, HttpResponse) else answer.as_http()
            log_response(
                "%s: %s", response.reason_phrase, request.path, response=response, request=request
            )
        return answer


def with_short_way(application: Application) -> Application:
    """Let requests to APIs past all of an application that they don't need."""
    way = ShortWay()

    def wrapped(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        try:
            request = APIRequest({**environ})  # which changes its environ
        except (
            LookupError,
            ValueError,
            SuspiciousOperation,
        ):  # so would Django's own, before anybody could answer
            return refused(start_response, "400 Bad Request", UNREADABLE)
        place = way.find(request)
        if place is None:
            return application(environ, start_response)
        answer = way.answer(request)
        status = answer.status_code
        headers = [*answer.headers.items(), *place.headers]
        start_response(f"{status} {reasons.get(status, 'Unknown')}", headers)
        return [answer.content]

    return wrapped
