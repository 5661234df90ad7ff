"""Which origins may read what: each plugin's documents and API for its own, nothing else.

Decided by the plugin that a path belongs to, not by host: sign-in pages answer on the same
hosts and must stay closed. So must what a plugin's auth scheme brings along: consent pages
and token endpoints.
"""

from typing import Any

from django.http import HttpRequest
from django.urls import Resolver404, resolve

from config.plugins import PLUGINS

BY_SLUG = {plugin.slug: plugin for plugin in PLUGINS}


def allow(sender: Any, request: HttpRequest, **kwargs: Any) -> bool:
    """Receive django-cors-headers' `check_request_enabled`."""
    origin = request.headers.get("Origin")
    if origin is None:
        return True  # only adds `Vary: origin`, for caches between us and the browser
    try:
        match = resolve(request.path_info, getattr(request, "urlconf", None))
    except Resolver404:
        return False
    if "auth" in match.app_names:
        return False
    namespace = match.namespaces[0] if match.namespaces else ""
    plugin = BY_SLUG.get(namespace.removesuffix("@root"))
    return plugin is not None and origin in plugin.cors_origins
