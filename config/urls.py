"""The site's URLs: every plugin below its prefix, and one of them, chosen by host, at the root."""

from dataclasses import dataclass

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path

from config import views
from config.manifest import Plugin
from config.plugins import PLUGINS
from oauth_demo.attempts import limit_attempts
from oauth_demo.endpoints import registration_urls
from oauth_demo.urls import account_urls


def plugin_urls(plugin: Plugin, *, namespace: str) -> tuple[list[URLPattern], str, str]:
    """Return all that a plugin serves, for `path()` to mount."""
    bound = {"plugin": plugin}
    patterns = [
        path("", include((plugin.api_urls, "api"))),  # first: it is called most
        path("", views.plugin_page, bound, name="index"),
        path(".well-known/ai-plugin.json", views.manifest, bound, name="manifest"),
        path("openapi.yaml", views.openapi_yaml, bound, name="openapi"),
        path("openapi.json", views.openapi_json, bound, name="openapi-json"),
        path("logo.png", views.logo, bound, name="logo"),
        path("legal", views.legal, bound, name="legal"),
        path("docs", views.api_page(plugin), name="docs"),
        path("", include((plugin.auth.urls(plugin), "auth"))),
        path("", include((plugin.pages, "pages"))),
        re_path("", views.NotFoundView.as_view()),
    ]
    return patterns, "plugin", namespace


TOKEN_PLUGINS = [plugin for plugin in PLUGINS if plugin.auth.token_holder == "person"]

urlpatterns: list[URLPattern | URLResolver] = [
    *(path(f"{plugin.slug}/", plugin_urls(plugin, namespace=plugin.slug)) for plugin in PLUGINS),
    path("", views.landing, name="landing"),
    path("accounts/", include(account_urls(TOKEN_PLUGINS))),
    path("clients/", include((registration_urls, "oauth2_provider"))),
    path(".well-known/<str:name>/<slug:slug>", views.well_known),
    path("admin/login/", limit_attempts(admin.site.login)),
    path("admin/", admin.site.urls),
]

admin.site.site_header = admin.site.site_title = "Example Plugins"

handler404 = views.not_found
handler500 = views.server_error


@dataclass(frozen=True, eq=False)
class RootedURLConf:
    """The site's URLs with one plugin's beneath them at the root.

    Its namespace there is `<slug>@root`, so that `reverse` stays where the request came.
    """

    urlpatterns: list[URLPattern | URLResolver]
    handler404 = staticmethod(views.not_found)
    handler500 = staticmethod(views.server_error)


ROOTED = {
    plugin.slug: RootedURLConf(
        [*urlpatterns, path("", plugin_urls(plugin, namespace=f"{plugin.slug}@root"))]
    )
    for plugin in PLUGINS
}
