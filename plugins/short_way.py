"""The short way: from the WSGI server straight to a view of a plugin's API, or to its MCP endpoint.

Django's handler, signals and middleware cost such a request several times what its view does, and
do little for it. That little is done here: the same hosts are allowed, the same routes are matched,
the same views answer, with the same headers. Whatever is not quite usual goes the long way, as all
do with `SHORT_WAY=off`.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from http.client import responses as reasons
from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost, MiddlewareNotUsed
from django.core.handlers.exception import response_for_exception
from django.core.handlers.wsgi import WSGIRequest
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse
from django.urls import set_script_prefix, set_urlconf
from django.utils.log import log_response
from django.utils.module_loading import import_string

from api.views import Answer
from plugins.dispatch import answer_api
from plugins.mounts import find_mount, mount_among, prefix_namespace
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

LAST = "plugins.middleware.APIMiddleware"
KNOWN = frozenset(
    (
        "plugins.middleware.PublicURLMiddleware",
        "django.middleware.security.SecurityMiddleware",
        "plugins.middleware.MountMiddleware",
        "plugins.cors.PluginCorsMiddleware",
    )
)
"""The middleware before it that says the same of every request to one place."""
ELSEWHERE = frozenset(("whitenoise.middleware.WhiteNoiseMiddleware",))
"""And that which has no part in an API."""


@dataclass(frozen=True)
class Place:
    """A scheme and host that requests arrive at, as the middleware knows it."""

    origin: str
    urlconf: Any
    headers: tuple[tuple[str, str], ...]
    """What the middleware adds to every answer."""
    told: tuple[tuple[str, Any], ...]
    """What the middleware says of where a request arrived, unlike the request itself."""


class ShortWay:
    """Finds the requests that can go this way, and answers them."""

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
        usual = request.method in METHODS and "HTTP_ORIGIN" not in sent
        if not (usual and self.is_open) or sent.get("SCRIPT_NAME"):
            return None
        if request.path_info[0] != "/":
            return None
        if request.path_info.endswith("/"):
            return None  # which may say nothing: MountMiddleware looks whether a route is for it
        place = self.place(request)
        if place is None:
            return None
        request.urlconf = place.urlconf
        slug, _, below = request.path_info[1:].partition("/")
        plugin = self.plugins.get(slug)
        if plugin is None:
            mount = find_mount(request, request.path_info)  # at the root of a plugin's host
            request.mount = mount if mount and mount.is_api else None
        else:
            at: Any = {
                "origin": place.origin,
                "urlconf": place.urlconf,
                "namespace": prefix_namespace(plugin),
                "plugin": plugin,
            }
            request.mount = mount_among(plugin.api_urls, "api", below, **at) or mount_among(
                MCP_URLS, "mcp", below, **at
            )
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
            place = Place(request.mount.origin, request.urlconf, tuple(response.items()), told)
            if len(self.places) < PLACES_MAX:  # more come of a made-up Host, where all are allowed
                self.places[arrival] = place
        request.META.update(place.told)
        return place

    def answer(self, request: Any) -> Answer | HttpResponse:
        """Call the view of a request that was found, as Django's handler would."""
        set_script_prefix("/")  # another request may have left its own to this thread
        set_urlconf(request.urlconf)
        try:
            answer = answer_api(request)
        except Exception as error:
            return response_for_exception(request, error)
        finally:
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
            request = WSGIRequest({**environ})  # which changes its environ
        except UnicodeDecodeError:
            return application(environ, start_response)
        place = way.find(request)
        if place is None:
            return application(environ, start_response)
        answer = way.answer(request)
        status = answer.status_code
        headers = [*answer.headers.items(), *place.headers]
        start_response(f"{status} {reasons.get(status, 'Unknown')}", headers)
        return [answer.content]

    return wrapped
