"""Where a plugin stands, for the request that came to it."""

from django.http import HttpRequest
from django.urls import reverse


def absolute_url(request: HttpRequest, name: str) -> str:
    """Return the URL of one of the plugin's routes, at the mount the request came to."""
    match = request.resolver_match
    return request.build_absolute_uri(
        reverse(f"plugin:{name}", current_app=match.namespaces[0] if match else None)
    )


def plugin_url(request: HttpRequest) -> str:
    """Return the URL of the plugin itself: its server in OpenAPI, its issuer in OAuth."""
    return absolute_url(request, "index").rstrip("/")
