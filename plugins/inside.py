"""A request to a plugin's API from within the site: no socket, and the same view."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from django.http import HttpResponse

from api.requests import APIRequest
from api.views import Answer
from plugins.dispatch import answer_api
from plugins.mounts import PluginRequest, find_mount
from plugins.plugin import Plugin

# What says where a request arrived and from whom. The rest of the outer request is not the call's.
KEPT = (
    *("SERVER_NAME", "SERVER_PORT", "SERVER_PROTOCOL", "SCRIPT_NAME", "REMOTE_ADDR", "HTTP_HOST"),
    *("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PROTO"),
    *("wsgi.url_scheme", "wsgi.errors"),
)
JSON = "application/json"


def credential_key(plugin: Plugin) -> str:
    """Return what WSGI calls the header in which a plugin's scheme takes a credential."""
    return "HTTP_" + plugin.auth.request_header.upper().replace("-", "_")


def ask(
    request: PluginRequest,
    method: str,
    path: str,
    query: str,
    body: bytes,
    *,
    root: str,
    credential: Mapping[str, str],
    content_type: str = JSON,
) -> Answer | HttpResponse:
    """Return what the plugin answers at a path below its root: its view, once, for one caller.

    The request is one that arrived there otherwise; `credential` has what WSGI would have of the
    caller's header.
    """
    mount = request.mount
    environ = {name: request.META[name] for name in KEPT if name in request.META}
    inner: Any = APIRequest(
        {
            **environ,
            **credential,
            "REQUEST_METHOD": method,
            # As a server hands a path on: its bytes, one letter each.
            "PATH_INFO": (root + path).encode().decode("latin-1"),
            "QUERY_STRING": query,
            "CONTENT_TYPE": content_type if body else "",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": BytesIO(body),
        }
    )
    inner.urlconf = mount.urlconf
    below = inner.path_info.removeprefix(f"{root}/")
    inner.mount = mount.of_api(below) or find_mount(inner, inner.path_info)
    return answer_api(inner)
