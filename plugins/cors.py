"""Which origins may read what: each plugin's documents and API for its own, nothing else.

Decided by the plugin that a request is for, not by host: sign-in pages answer on the same
hosts and must stay closed. What a plugin's auth scheme brings along decides for itself: consent
pages are closed, and what clients call is open (oauth_demo/cross_origin.py).
"""

from typing import Any

from corsheaders.conf import conf
from corsheaders.middleware import ACCESS_CONTROL_ALLOW_HEADERS, CorsMiddleware
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

from plugins.plugin import Plugin


def may_read(origin: str, plugin: Plugin) -> bool:
    """Say whether a plugin is open to the scripts of an origin, by its own word or a setting's."""
    named = settings.CORS_ORIGINS
    return origin in (*plugin.cors_origins, *named.get("", ()), *named.get(plugin.slug, ()))


class PluginCorsMiddleware(CorsMiddleware):
    """django-cors-headers, with its settings for all paths replaced by a plugin's own."""

    def __call__(self, request: HttpRequest) -> Any:
        call: Any = super().__call__ if "HTTP_ORIGIN" in request.META else self.get_response
        response = call(request)
        patch_vary_headers(response, ["origin"])
        return response

    def is_enabled(self, request: HttpRequest) -> bool:
        mount = request.mount  # type: ignore[attr-defined]
        if mount is None or mount.part == "auth":
            return False
        return may_read(request.META["HTTP_ORIGIN"], mount.plugin)

    def origin_found_in_white_lists(self, origin: str, url: Any) -> bool:
        return True  # `is_enabled` looked at the origin

    def add_response_headers(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Let the header through in which the plugin's scheme takes a credential."""
        response = super().add_response_headers(request, response)
        if ACCESS_CONTROL_ALLOW_HEADERS in response and self.is_enabled(request):
            own = request.mount.plugin.auth.request_header.lower()  # type: ignore[attr-defined]
            response[ACCESS_CONTROL_ALLOW_HEADERS] = ", ".join([*conf.CORS_ALLOW_HEADERS, own])
        return response
