"""Where clients read what the authorization server and the API can do: RFC 8414, RFC 9728."""

import json

from django.http import JsonResponse
from django.urls import NoReverseMatch, reverse
from oauth2_provider.views import OAuthProtectedResourceMetadataView, OAuthServerMetadataView

from api.mounts import MountedRequest
from oauth_demo.server import ServedByPlugin


class ServerMetadataView(ServedByPlugin, OAuthServerMetadataView):  # type: ignore[misc]
    """RFC 8414 section 2."""

    def get(self, request: MountedRequest) -> JsonResponse:
        metadata = json.loads(super().get(request).content)
        metadata["issuer"] = request.mount.root
        metadata["scopes_supported"] = list(self.server.scopes)  # the library lists all plugins'
        metadata["service_documentation"] = request.mount.url()
        return JsonResponse(metadata, headers={"Access-Control-Allow-Origin": "*"})

    def _get_endpoint_url(
        self, request: MountedRequest, view_name: str, required: bool = False
    ) -> str | None:
        if view_name == "dcr-register":
            return request.build_absolute_uri(reverse("oauth2_provider:dcr-register"))
        try:
            return request.mount.url(f"auth:{view_name}")
        except NoReverseMatch:
            return None


class ResourceMetadataView(ServedByPlugin, OAuthProtectedResourceMetadataView):  # type: ignore[misc]
    """RFC 9728 section 2."""

    def get_resource(self, request: MountedRequest) -> str:
        return request.mount.root

    def get_authorization_servers(self, request: MountedRequest) -> list[str]:
        return [request.mount.root]

    def get_scopes_supported(self) -> list[str]:
        return list(self.server.scopes)

    def get_resource_name(self) -> str:
        return self.server.name
