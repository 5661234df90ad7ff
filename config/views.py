"""The landing page, and the documents that every plugin serves."""

from pathlib import Path
from typing import Any

import orjson
from csp.decorators import csp_update
from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.shortcuts import render
from django.urls import resolve, reverse
from django.views.decorators.http import require_safe
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.views import APIView

from config.manifest import Plugin
from config.mounts import absolute_url, plugin_url
from config.plugins import PLUGINS
from config.schema import openapi_text


@require_safe
def manifest(request: HttpRequest, plugin: Plugin) -> HttpResponse:
    """Answer ai-plugin.json, by which ChatGPT learns what the plugin is."""
    domain, _ = split_domain_port(request.get_host())
    return _json(
        {
            "schema_version": "v1",
            "name_for_human": plugin.name_for_human,
            "name_for_model": plugin.name_for_model,
            "description_for_human": plugin.description_for_human,
            "description_for_model": plugin.description_for_model,
            "auth": plugin.auth.as_manifest(plugin, request),
            "api": {"type": "openapi", "url": absolute_url(request, "openapi")},
            "logo_url": absolute_url(request, "logo"),
            "contact_email": settings.CONTACT_EMAIL or f"support@{domain}",
            "legal_info_url": absolute_url(request, "legal"),
        }
    )


@require_safe
def openapi_yaml(request: HttpRequest, plugin: Plugin) -> HttpResponse:
    document = openapi_text(plugin, plugin_url(request), as_json=False)
    return HttpResponse(document, content_type="application/yaml")  # RFC 9512


@require_safe
def openapi_json(request: HttpRequest, plugin: Plugin) -> HttpResponse:
    document = openapi_text(plugin, plugin_url(request), as_json=True)
    return HttpResponse(document, content_type="application/json")


@require_safe
def logo(request: HttpRequest, plugin: Plugin) -> HttpResponse:
    path = finders.find(plugin.logo)
    if path is None:
        raise Http404("This plugin has no logo.")
    return HttpResponse(Path(path).read_bytes(), content_type="image/png")


@require_safe
def legal(request: HttpRequest, plugin: Plugin) -> HttpResponse:
    return render(request, "legal.html", {"plugin": plugin})


@require_safe
def plugin_page(request: HttpRequest, plugin: Plugin) -> HttpResponse:
    return render(request, "plugin.html", {"card": card(request, plugin)})


def api_page(plugin: Plugin) -> Any:
    """Return the view of the interactive API page, which needs nothing from the network."""
    view = SpectacularSwaggerSplitView.as_view(
        url="openapi.yaml",  # relative, so that it is right at every mount
        title=plugin.name_for_human,
        template_name="api_page.html",
        template_name_js="api_page.js",
        throttle_classes=[],
    )
    return csp_update({"style-src": ["'unsafe-inline'"]})(view)  # Swagger UI styles itself


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    return render(request, "landing.html", {"cards": [card(request, plugin) for plugin in PLUGINS]})


def card(request: HttpRequest, plugin: Plugin) -> dict[str, Any]:
    """Return what a page shows of a plugin: the plugin, and where its documents are."""
    urls = {
        name.replace("-", "_"): request.build_absolute_uri(reverse(f"{plugin.slug}:{name}"))
        for name in ("index", "manifest", "openapi", "openapi-json", "docs", "legal", "logo")
    }
    pages = {
        str(page.name): request.build_absolute_uri(reverse(f"{plugin.slug}:pages:{page.name}"))
        for page in plugin.pages
        if "/" not in str(page.pattern)
    }
    return {
        "plugin": plugin,
        "urls": urls,
        "pages": pages,
        "own_host": own_host(request, plugin),
    }


def own_host(request: HttpRequest, plugin: Plugin) -> str:
    """Return the address at which the plugin stands at the root; "" when it has none."""
    domain, port = split_domain_port(request.get_host())
    named = [host for host, slug in settings.PLUGIN_HOSTS.items() if slug == plugin.slug]
    if named:
        host = named[0]
    elif domain in ("127.0.0.1", "[::1]") or domain.split(".")[-1] == "localhost":
        host = f"{plugin.slug}.localhost"
    elif plugin.slug == settings.ROOT_PLUGIN:
        host = domain
    else:
        return ""  # `<slug>.localhost` is another machine to whoever comes from afar
    return f"{request.scheme}://{host}{f':{port}' if port else ''}"


class NotFoundView(APIView):
    """Every path below a plugin at which it has nothing."""

    permission_classes = []
    throttle_classes = []

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise NotFound("There is nothing at this path. See openapi.yaml for what there is.")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer what nobody foresaw: to clients of a plugin as JSON, to people as a page."""
    match = request.resolver_match
    if match and "plugin" in match.app_names:
        return _json({"detail": "Something went wrong here. It was logged. Try again later."}, 500)
    return render(request, "500.html", status=500)


def well_known(request: HttpRequest, name: str, slug: str) -> HttpResponse:
    """Answer a well-known document of a plugin below its prefix.

    For a URL with a path it stands at the root, before the path (RFC 8414 section 3.1,
    RFC 9728 section 3.1), and not in it.
    """
    request.resolver_match = resolve(f"/{slug}/.well-known/{name}")
    match = request.resolver_match
    if "plugin" not in match.app_names:
        raise Http404
    response: HttpResponse = match.func(request, *match.args, **match.kwargs)
    return response


def _json(data: dict[str, Any], status: int = 200) -> HttpResponse:
    text = orjson.dumps(data, option=orjson.OPT_INDENT_2)
    return HttpResponse(text, content_type="application/json", status=status)
