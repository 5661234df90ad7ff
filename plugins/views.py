"""The landing page, and the documents that every plugin serves."""

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.staticfiles import finders
from django.core.exceptions import DisallowedHost
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from api.exceptions import AWAY, AWAY_SECONDS, is_away
from api.json_api import json_response
from api.request_ids import HEADER, request_id
from api.request_log import running
from api.views import APIView
from plugins import manifest as documents
from plugins.clients import token_variable, ways
from plugins.documents import OWN, SHARED, document
from plugins.mounts import PluginRequest, find_mount, prefix_namespace, root_namespace
from plugins.openapi import openapi_text
from plugins.plugin import Plugin
from plugins.registry import declared_plugins
from plugins.samples import Written, written


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
        "contact_is_set": bool(settings.CONTACT_EMAIL),
    }
    return render(request, "plugins/legal.html", context)


@require_safe
def plugin_page(request: PluginRequest) -> HttpResponse:
    plugin = request.mount.plugin
    shown = card(request, plugin)
    samples = plugin_samples(request, plugin, shown["urls"]["index"])
    return render(request, "plugins/plugin.html", {"card": shown, "samples": samples})


def plugin_samples(request: HttpRequest, plugin: Plugin, url: str) -> list[Written]:
    """Return how to call a plugin whose root is at `url`, as whoever looks at the page would."""
    username = request.user.get_username() or "USERNAME"
    return written(
        plugin.api.samples,
        url=url,
        username=username if plugin.auth.callers == "people" else "global",
        header=plugin.auth.header(plugin.auth.placeholder) if plugin.auth.placeholder else "",
    )


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """Show the plugins, those of one API together, and the first of them in use."""
    groups: dict[str, dict[str, Any]] = {}
    for plugin in declared_plugins():
        api = plugin.api
        title = api.title or plugin.name_for_human
        group = groups.setdefault(title, {"title": title, "summary": api.summary, "cards": []})
        group["cards"].append(card(request, plugin))
    for group in groups.values():
        shown = group["cards"][0]
        shown["samples"] = plugin_samples(request, shown["plugin"], shown["urls"]["index"])[:1]
        break
    return render(request, "plugins/landing.html", {"groups": [*groups.values()]})


@never_cache
@login_required
@require_safe
def yours(request: HttpRequest) -> HttpResponse:
    """List the plugins that keep something for who is signed in, and where they see it."""
    homes = {
        plugin: reverse(f"{prefix_namespace(plugin)}:{plugin.home}")
        for plugin in declared_plugins()
        if plugin.home
    }
    return render(request, "plugins/yours.html", {"homes": homes})


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
            if "/" not in str(page.pattern) and plugin.api.opens_pages(plugin, request.user)
        },
        "home": url(plugin.home) if plugin.home else "",
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


@csrf_exempt
def nothing(request: HttpRequest) -> HttpResponse:
    """Answer every path below a plugin at which it has nothing: people by a page."""
    if request.method in ("GET", "HEAD") and wants_page(request):
        return not_found(request)
    response: HttpResponse = nothing_for_machines(request)
    patch_vary_headers(response, ["Accept"])
    return response


def wants_page(request: HttpRequest) -> bool:
    """Say whether a request is a browser's, for a person to look at: it names HTML by name."""
    return "text/html" in request.headers.get("Accept", "")


class NotFoundView(APIView):
    """Says in JSON that there is nothing."""

    permission_classes = []
    throttle_classes = []

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise NotFound("There is nothing at this path. See openapi.yaml for what there is.")


nothing_for_machines = NotFoundView.as_view()


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say so, and lead back: to the plugin below which it was looked for, too."""
    mount = getattr(request, "mount", None)
    response = render(request, "404.html", {"mount": mount}, status=404)
    patch_vary_headers(response, ["Accept"])
    return response


def favicon(request: HttpRequest) -> HttpResponse:
    """Lead to the icon, for those who look for it where it was before pages named it."""
    return redirect(static("favicon.ico"))


BAD_HOST = "The site is not known by this host. Use an address that its documents say."
BAD_REQUEST = (
    "Something in the request is not as it should be: a cookie, or a character in its URL."
)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that a request is wrong: in JSON, unless HTML is asked for by name.

    What it is for is not known yet. Django's own would read its form, which may be what is wrong.
    """
    if wants_page(request):
        return HttpResponse(render_to_string("400.html"), status=400)
    unknown_host = isinstance(exception, DisallowedHost)
    return json_response({"detail": BAD_HOST if unknown_host else BAD_REQUEST}, 400)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer what went wrong here: to clients of a plugin as JSON, to people as a page.

    A database or disk that is away, full or only read is no fault of the site's: 503.
    """
    away = is_away(sys.exception())
    name = request_id(request.META)
    # A middleware may have failed before there was a mount.
    if getattr(request, "mount", None) and not wants_page(request):
        detail = f"Something went wrong here. It was logged, as request {name}. Try again later."
        response = json_response({"detail": AWAY if away else detail}, 503 if away else 500)
    else:
        context = {"request_id": name}
        response = render(request, "503.html" if away else "500.html", context)
        response.status_code = 503 if away else 500
    if away:
        response["Retry-After"] = str(AWAY_SECONDS)
    if not running.get():  # where the request log says so of every answer
        response[HEADER] = name
    return response


def well_known(request: PluginRequest, slug: str, name: str, below: str = "") -> HttpResponse:
    """Answer a well-known document of a plugin below its prefix, as if it stood there."""
    mount = find_mount(request, f"/{slug}/.well-known/{name}{below}")
    if mount is None:
        raise Http404
    request.mount = mount
    view, args, kwargs = mount.match
    response: HttpResponse = view(request, *args, **kwargs)
    return response
