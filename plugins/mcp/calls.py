"""Runs one operation as if it had come over HTTP: the same view, once, by the same caller."""

from io import BytesIO
from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse

from plugins.dispatch import answer_api
from plugins.mounts import PluginRequest, find_mount

# What says where a request arrived and from whom. The rest of the outer request is not the call's.
KEPT = {
    *("SERVER_NAME", "SERVER_PORT", "SERVER_PROTOCOL", "SCRIPT_NAME", "REMOTE_ADDR", "HTTP_HOST"),
    *("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PROTO"),
    *("wsgi.url_scheme", "wsgi.errors"),
}


def run(request: PluginRequest, method: str, path: str, query: str, body: bytes) -> HttpResponse:
    """Return what the plugin answers at a path below its root."""
    mount = request.mount
    credential = "HTTP_" + mount.plugin.auth.request_header.upper().replace("-", "_")
    root = request.path_info.removesuffix("/mcp")
    environ = {name: request.META[name] for name in (*KEPT, credential) if name in request.META}
    inner: Any = WSGIRequest(
        environ
        | {
            "REQUEST_METHOD": method,
            # As a server hands a path on: its bytes, one letter each.
            "PATH_INFO": (root + path).encode().decode("latin-1"),
            "QUERY_STRING": query,
            "CONTENT_TYPE": "application/json" if body else "",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": BytesIO(body),
        }
    )
    inner.urlconf = mount.urlconf
    below = inner.path_info.removeprefix(f"{root}/")
    inner.mount = mount.of_api(below) or find_mount(inner, inner.path_info)
    return answer_api(inner)
