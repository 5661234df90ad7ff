"""Where clients read what the authorization server and the API can do: RFC 8414, RFC 9728."""

from django.http import JsonResponse
from django.urls import reverse
from django.views import View
from oauth2_provider.settings import oauth2_settings
from oauth2_provider.views import OAuthProtectedResourceMetadataView

from api.mounts import MountedRequest
from oauth_demo.server import EndpointMixin


class ServerMetadataView(EndpointMixin, View):
    """RFC 8414 section 2."""

    def get(self, request: MountedRequest) -> JsonResponse:
        mount = request.mount
        auth_methods = oauth2_settings.OAUTH2_TOKEN_ENDPOINT_AUTH_METHODS_SUPPORTED
        metadata = {
            "issuer": mount.root,
            "response_types_supported": oauth2_settings.OAUTH2_RESPONSE_TYPES_SUPPORTED,
            "grant_types_supported": oauth2_settings.OAUTH2_GRANT_TYPES_SUPPORTED,
            "scopes_supported": list(self.server.scopes),
            "client_id_metadata_document_supported": oauth2_settings.CIMD_ENABLED,
            "authorization_response_iss_parameter_supported": True,
            "authorization_endpoint": mount.url("auth:authorize"),
            "token_endpoint": mount.url("auth:token"),
            "revocation_endpoint": mount.url("auth:revoke-token"),
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": auth_methods,
            "revocation_endpoint_auth_methods_supported": auth_methods,
            "service_documentation": mount.url(),
        }
        if oauth2_settings.DCR_ENABLED:
            registration = reverse("oauth2_provider:dcr-register")
            metadata["registration_endpoint"] = request.build_absolute_uri(registration)
        return JsonResponse(metadata)


class ResourceMetadataView(EndpointMixin, OAuthProtectedResourceMetadataView):  # type: ignore[misc]
    """RFC 9728 section 2, of one of the plugin's routes."""

    route = "index"

    def get_resource(self, request: MountedRequest) -> str:
        return request.mount.url(self.route).rstrip("/")

    def get_authorization_servers(self, request: MountedRequest) -> list[str]:
        return [request.mount.root]

    def get_scopes_supported(self) -> list[str]:
        return list(self.server.scopes)

    def get_resource_name(self) -> str:
        return self.server.name
