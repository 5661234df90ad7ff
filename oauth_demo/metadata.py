"""Where clients read what the authorization server and the API can do: RFC 8414, RFC 9728."""

import json
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.urls import NoReverseMatch, reverse
from oauth2_provider.views import OAuthProtectedResourceMetadataView, OAuthServerMetadataView

from config.mounts import absolute_url, plugin_url
from oauth_demo.server import ServedByPlugin


class ServerMetadataView(ServedByPlugin, OAuthServerMetadataView):  # type: ignore[misc]
    """RFC 8414 section 2."""

    def get(self, request: HttpRequest) -> JsonResponse:
        metadata = json.loads(super().get(request).content)
        metadata["issuer"] = plugin_url(request)
        metadata["scopes_supported"] = list(self.server.scopes)  # the library lists all plugins'
        metadata["service_documentation"] = absolute_url(request, "index")
        return JsonResponse(metadata, headers={"Access-Control-Allow-Origin": "*"})

    def _get_endpoint_url(
        self, request: HttpRequest, view_name: str, required: bool = False
    ) -> str | None:
        if view_name == "dcr-register":
            return request.build_absolute_uri(reverse("oauth2_provider:dcr-register"))
        try:
            return absolute_url(request, f"auth:{view_name}")
        except NoReverseMatch:
            return None


class ResourceMetadataView(ServedByPlugin, OAuthProtectedResourceMetadataView):  # type: ignore[misc]
    """RFC 9728 section 2."""

    def get_resource(self, request: HttpRequest) -> str:
        return plugin_url(request)

    def get_authorization_servers(self, request: HttpRequest) -> list[str]:
        return [plugin_url(request)]

    def get_scopes_supported(self) -> list[str]:
        return list(self.server.scopes)

    def get_resource_name(self) -> str:
        return self.server.name


def resource_metadata_url(request: Any) -> str:
    """Return where the API's metadata stands: before the path of its URL (RFC 9728 3.1)."""
    path = reverse("plugin:index", current_app=request.resolver_match.namespaces[0])
    where = f"/.well-known/oauth-protected-resource{path.rstrip('/')}"
    url: str = request.build_absolute_uri(where)
    return url
