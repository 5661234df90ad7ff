"""Whose request is this? Found once, by the middleware; everybody else asks `request.mount`."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.http.request import split_domain_port
from django.urls import Resolver404, ResolverMatch, URLPattern, resolve

from api.hosts import is_loopback
from api.mounts import Mount, MountedRequest
from plugins.plugin import Plugin
from plugins.registry import declared_plugins

NOTHING = "nothing"
"""Names the route of all paths below a plugin at which it has nothing."""


@dataclass(frozen=True)
class PluginMount(Mount):
    """One of a plugin's two mounts: below its prefix, or at the root of its own host."""

    plugin: Plugin

    @cached_property
    def part(self) -> str:
        """Which part answers: "api", "mcp", "auth", "pages", or "" for the documents."""
        return self.match.app_names[1] if len(self.match.app_names) > 1 else ""

    @property
    def is_api(self) -> bool:
        """Whether the request carries its own credential, and wants nothing that pages need."""
        return self.part in ("api", "mcp")

    @property
    def resources(self) -> tuple[str, ...]:
        return (*super().resources, self.url("mcp:mcp"))

    @property
    def home(self) -> str:
        """Where people see what the plugin keeps for them; "" where it keeps nothing for anyone."""
        return self.url(self.plugin.home) if self.plugin.home else ""

    @property
    def contact_email(self) -> str:
        """Where people write to: at the host that they came to, unless a setting says."""
        domain, _ = split_domain_port(urlsplit(self.origin).netloc)
        if is_loopback(self.origin) and domain.startswith("["):
            domain = "localhost"  # a mailbox at an address is written otherwise than a URL
        return settings.CONTACT_EMAIL or f"support@{domain}"

    def of_api(self, path: str) -> "PluginMount | None":
        """Return this mount with what answers a path of the API; None where nothing does.

        `path` is below the mount's root. A tool's call knows which plugin it is for, so it does
        without the look through the routes of all.
        """
        find = kept_api_mount if len(path) <= KEPT_PATH_MAX else api_mount
        return find(path, self.origin, self.urlconf, self.namespace, self.plugin)


def api_mount(
    path: str, origin: str, urlconf: Any, namespace: str, plugin: Plugin
) -> PluginMount | None:
    at: Any = {"origin": origin, "urlconf": urlconf, "namespace": namespace, "plugin": plugin}
    return mount_among(plugin.api_urls, "api", path, **at)


MOUNTS_MAX = 1024
"""How many paths are kept with what answers them; most requests ask for one of a few."""
KEPT_PATH_MAX = 200  # characters

kept_api_mount = lru_cache(MOUNTS_MAX)(api_mount)


def mount_among(
    routes: Iterable[URLPattern],
    part: str,
    path: str,
    *,
    origin: str,
    urlconf: Any,
    namespace: str,
    plugin: Plugin,
) -> PluginMount | None:
    """Return the mount at which one of a part's routes answers a path; None where none does."""
    for route in routes:
        if found := route.pattern.match(path):
            _, args, captured = found
            match = ResolverMatch(
                route.callback,
                args,
                {**captured, **route.default_args},
                route.name,
                app_names=["plugin", part],
                namespaces=[namespace, part],
                route=str(route.pattern),
            )
            return PluginMount(origin, urlconf, match, namespace, plugin)
    return None


class PluginRequest(MountedRequest):
    """A request for a plugin; `mount` is None in every other."""

    mount: PluginMount


def find_mount(request: HttpRequest, path_info: str) -> PluginMount | None:
    """Return the mount that serves a path at the request's host; None when that is no plugin's."""
    return mount_of(f"{request.scheme}://{request.get_host()}", request.urlconf, path_info)


def mount_of(origin: str, urlconf: Any, path_info: str) -> PluginMount | None:
    try:
        match = resolve(path_info, urlconf)
    except Resolver404:
        return None
    namespace = next(iter(match.namespaces), "")
    plugin = namespaces(settings.PLUGINS).get(namespace)
    if plugin is None:
        return None
    return PluginMount(origin, urlconf, match, namespace, plugin)


def without_slash(request: HttpRequest, mount: PluginMount | None) -> PluginMount | None:
    """Return the mount that serves a request's path without the slash at its end.

    None where that is no other: where there is no such slash, or a route is for it.
    """
    path = request.path_info
    if mount is None or not path.endswith("/"):
        return None
    swallowed = any(str(value).endswith("/") for value in mount.match.kwargs.values())
    if not swallowed and mount.match.url_name != NOTHING:
        return None
    found = find_mount(request, path.rstrip("/"))
    return found if found and found.match.url_name != NOTHING else None


def prefix_namespace(plugin: Plugin) -> str:
    return plugin.slug


def root_namespace(plugin: Plugin) -> str:
    return f"{plugin.slug}@root"


@cache
def namespaces(setting: str) -> dict[str, Plugin]:
    """Return the plugins of a PLUGINS setting, by the instance namespaces of their mounts."""
    return {
        namespace: plugin
        for plugin in declared_plugins()
        for namespace in (prefix_namespace(plugin), root_namespace(plugin))
    }
