"""All that a plugin serves, below its prefix or at the root of its own host."""

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from django.conf import settings
from django.http.request import split_domain_port
from django.urls import URLPattern, URLResolver, include, path, re_path, resolve

from plugins import views
from plugins.api_page.views import APIPage
from plugins.mcp.views import mcp
from plugins.mounts import NOTHING, PluginMount, prefix_namespace, root_namespace
from plugins.plugin import Plugin
from plugins.registry import declared_plugins

MCP_URLS = [re_path(r"^mcp/?$", mcp, name="mcp")]


def prefixed_urls() -> list[URLPattern | URLResolver]:
    """Return every plugin, below its prefix, with its well-known documents before the prefix.

    For a URL with a path they stand at the root, before the path (RFC 8414 section 3.1, RFC 9728
    section 3.1), and not in it.
    """
    challenge = path(".well-known/openai-apps-challenge", views.openai_apps_challenge)
    return [challenge] + [
        url
        for plugin in declared_plugins()
        for url in (
            path(f"{plugin.slug}/", plugin_urls(plugin, namespace=prefix_namespace(plugin))),
            re_path(
                rf"^\.well-known/(?P<name>[^/]+)/{plugin.slug}(?P<below>/mcp)?/?$",
                views.well_known,
                {"slug": plugin.slug},
            ),
        )
    ]


def plugin_urls(
    plugin: Plugin, *, namespace: str
) -> tuple[list[URLPattern | URLResolver], str, str]:
    """Return a plugin's routes for `path()` to mount, under an instance namespace."""
    patterns: list[URLPattern | URLResolver] = [
        path("", include((plugin.api_urls, "api"))),  # first: it is called most
        path("", include((MCP_URLS, "mcp"))),
        path("", views.plugin_page, name="index"),
        path(".well-known/ai-plugin.json", views.manifest, name="manifest"),
        path("openapi.yaml", views.openapi_yaml, name="openapi"),
        path("openapi.json", views.openapi_json, name="openapi-json"),
        path("openapi-full.json", views.openapi_full_json, name="openapi-full"),
        path("logo.png", views.logo, name="logo"),
        path("legal", views.legal, name="legal"),
        path("docs", APIPage.as_view(), name="docs"),
        path("", include((plugin.auth.urls(plugin), "auth"))),
        path("", include((plugin.pages, "pages"))),
        re_path("", views.nothing, name=NOTHING),
    ]
    return patterns, "plugin", namespace


@dataclass(frozen=True, eq=False)
class RootedURLConf:
    """The site's URLs with one plugin's beneath them at the root."""

    urlpatterns: list[URLPattern | URLResolver]
    handler400: Any
    handler404: Any
    handler500: Any


def urlconf_of_host(host: str) -> RootedURLConf | None:
    """Choose by host: `PLUGIN_HOSTS`, `<slug>.localhost`, else `ROOT_PLUGIN`.

    None, when none of them names a plugin, means Django's ROOT_URLCONF.
    """
    domain, _ = split_domain_port(host)
    slug = settings.PLUGIN_HOSTS.get(domain) or domain.removesuffix(".localhost")
    rooted = rooted_urlconfs(settings.PLUGINS, settings.ROOT_URLCONF)
    return rooted.get(slug) or rooted.get(settings.ROOT_PLUGIN)


def mount_at(origin: str, plugin: Plugin) -> PluginMount:
    """Return the mount of a plugin at the root of a host, without a request for it."""
    namespace = root_namespace(plugin)
    patterns: list[URLPattern | URLResolver] = [path("", plugin_urls(plugin, namespace=namespace))]
    urlconf = RootedURLConf(patterns, handler400=None, handler404=None, handler500=None)
    match = resolve("/", urlconf)  # type: ignore[arg-type]
    return PluginMount(
        origin=origin, urlconf=urlconf, match=match, namespace=namespace, plugin=plugin
    )


@cache
def rooted_urlconfs(plugins_setting: str, root_urlconf: str) -> dict[str, RootedURLConf]:
    site = import_module(root_urlconf)
    return {
        plugin.slug: RootedURLConf(
            urlpatterns=[
                *site.urlpatterns,
                path("", plugin_urls(plugin, namespace=root_namespace(plugin))),
            ],
            handler400=site.handler400,
            handler404=site.handler404,
            handler500=site.handler500,
        )
        for plugin in declared_plugins()
    }
