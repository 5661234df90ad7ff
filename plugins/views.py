"""The landing page, and the documents that every plugin serves."""

from pathlib import Path
from typing import Any

from csp.decorators import csp_update
from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from api.json_api import json_response
from api.views import APIView
from plugins import manifest as documents
from plugins.clients import token_variable, ways
from plugins.documents import OWN, SHARED, document
from plugins.mounts import PluginRequest, find_mount, prefix_namespace, root_namespace
from plugins.openapi import openapi_text
from plugins.plugin import Plugin
from plugins.registry import declared_plugins


@document(OWN)
def manifest(request: PluginRequest) -> HttpResponse:
    """Answer ai-plugin.json."""
    document = documents.manifest(request.mount)
    if document is None:
        name = request.mount.plugin.auth.name
        detail = f"No manifest can describe “{name}”. Use openapi.yaml, and send what it asks for."
        if not settings.AI_PLUGIN_MANIFEST:
            detail = "This site serves no manifests. Use mcp, or openapi.yaml."
        return json_response({"detail": detail}, 404)
    return json_response(document, indented=True)


@document(OWN)
def openapi_yaml(request: PluginRequest) -> HttpResponse:
    document = openapi_text(request.mount, as_json=False)
    return HttpResponse(document, content_type="application/yaml")  # RFC 9512


@document(OWN)
def openapi_json(request: PluginRequest) -> HttpResponse:
    document = openapi_text(request.mount, as_json=True)
    return HttpResponse(document, content_type="application/json")


@document(OWN)
def openapi_full_json(request: PluginRequest) -> HttpResponse:
    """Answer the document of all operations, for generated clients; a model is offered fewer."""
    document = openapi_text(request.mount, as_json=True, whole=True)
    return HttpResponse(document, content_type="application/json")


@document(SHARED)
def logo(request: PluginRequest) -> HttpResponse:
    path = finders.find(request.mount.plugin.logo)
    if path is None:
        raise Http404("This plugin has no logo.")
    return HttpResponse(Path(path).read_bytes(), content_type="image/png")


@require_safe
def legal(request: PluginRequest) -> HttpResponse:
    context = {
        "plugin": request.mount.plugin,
        "contact_email": request.mount.contact_email,
    }
    return render(request, "plugins/legal.html", context)


@require_safe
def plugin_page(request: PluginRequest) -> HttpResponse:
    plugin = request.mount.plugin
    username = request.user.get_username() or "USERNAME"
    context = {
        "card": card(request, plugin),
        "username": username if plugin.auth.callers == "people" else "global",
        "header": plugin.auth.header(plugin.auth.placeholder) if plugin.auth.placeholder else "",
    }
    return render(request, "plugins/plugin.html", context)


class APIPage(SpectacularSwaggerSplitView):
    """The interactive API page, which needs nothing from the network."""

    def _get_schema_url(self, request: Request) -> str:
        mount = request.mount  # type: ignore[attr-defined]
        path: str = mount.url("openapi").removeprefix(mount.origin)
        return path


def api_page(plugin: Plugin) -> Any:
    view = APIPage.as_view(
        title=plugin.name_for_human,
        template_name="plugins/api_page.html",
        template_name_js="plugins/api_page.js",
        throttle_classes=[],
    )
    return csp_update({"style-src": ["'unsafe-inline'"]})(view)  # Swagger UI styles itself


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    cards = [card(request, plugin) for plugin in declared_plugins()]
    return render(request, "plugins/landing.html", {"cards": cards})


def card(request: HttpRequest, plugin: Plugin) -> dict[str, Any]:
    """Return what a page shows of a plugin: the plugin, and where its documents are."""

    def url(name: str) -> str:
        return request.build_absolute_uri(reverse(f"{prefix_namespace(plugin)}:{name}"))

    address = mcp_address(request, plugin)
    names = ["index", "openapi", "openapi-json", "docs", "legal", "logo"]
    mount = find_mount(request, f"/{plugin.slug}/")
    if mount and documents.manifest(mount):
        names.append("manifest")
    return {
        "plugin": plugin,
        "urls": {name.replace("-", "_"): url(name) for name in names} | {"mcp": address},
        "pages": {
            str(page.name): url(f"pages:{page.name}")
            for page in plugin.pages
            if "/" not in str(page.pattern)
        },
        "own_host": own_host(request, plugin),
        "ways": ways(plugin, address),
        "token_variable": token_variable(plugin) if plugin.auth.tokens_by_hand else "",
    }


def mcp_address(request: HttpRequest, plugin: Plugin) -> str:
    """Return where clients reach a plugin at this host: at the root of one that is its own."""
    try:
        path = reverse(f"{root_namespace(plugin)}:mcp:mcp")
    except NoReverseMatch:
        path = reverse(f"{prefix_namespace(plugin)}:mcp:mcp")
    return request.build_absolute_uri(path)


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


@require_safe
def openai_apps_challenge(request: HttpRequest) -> HttpResponse:
    """Answer the token by which OpenAI sees that who submits a plugin holds its host."""
    domain, _ = split_domain_port(request.get_host())
    token = settings.OPENAI_APPS_CHALLENGE.get(domain)
    if token is None:
        raise Http404("OPENAI_APPS_CHALLENGE names no token for this host.")
    return HttpResponse(token, content_type="text/plain")


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
    if getattr(request, "mount", None):  # a middleware may have failed before there was one
        detail = "Something went wrong here. It was logged. Try again later."
        return json_response({"detail": detail}, 500)
    return render(request, "500.html", status=500)


def well_known(request: PluginRequest, slug: str, name: str, below: str = "") -> HttpResponse:
    """Answer a well-known document of a plugin below its prefix, as if it stood there."""
    mount = find_mount(request, f"/{slug}/.well-known/{name}{below}")
    if mount is None:
        raise Http404
    request.mount = mount
    view, args, kwargs = mount.match
    response: HttpResponse = view(request, *args, **kwargs)
    return response
