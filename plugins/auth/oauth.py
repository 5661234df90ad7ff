"""OAuth: each person agrees, on this site, to what a client may do for them (RFC 6749)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import URLPattern
from oauth2_provider.models import Application
from rest_framework.request import Request

from oauth_demo.clients import make_client
from oauth_demo.credentials import find_access_token
from oauth_demo.server import AuthorizationServer
from oauth_demo.urls import authorization_server_urls
from plugins.auth.bearer import BearerScheme, verification_tokens
from plugins.permissions import HasCredential, HasScope, OwnUsername

if TYPE_CHECKING:
    from plugins.mounts import PluginMount
    from plugins.plugin import Plugin


@dataclass(frozen=True)
class Scope:
    """Something that a client can ask for (RFC 6749 section 3.3), in plain words for people."""

    name: str
    words: str


class OAuth(BearerScheme):
    """Each person agrees, on this site, to what a client may do for them (RFC 6749).

    `read` is the scope that it takes to read, `write` the one that it takes for all else.
    """

    slug = "oauth"
    name = "OAuth"
    how_to_get_one = "Refresh it, or ask the person to connect the client again."
    mcp_credential = "The client sends you here, to sign in and agree to what it may do for you."
    placeholder = "ACCESS_TOKEN"
    lends = True
    find = staticmethod(find_access_token)

    def __init__(self, *, read: Scope, write: Scope) -> None:
        self.has_scope = HasScope(read=read.name, write=write.name)
        self.scopes = {scope.name: scope.words for scope in (read, write)}
        self.permissions = (HasCredential, lambda: self.has_scope, OwnUsername)

    def as_manifest(self, mount: "PluginMount") -> dict[str, Any]:
        return {
            "type": self.slug,
            "client_url": mount.url("auth:authorize"),
            "scope": " ".join(self.scopes),
            "authorization_url": mount.url("auth:token"),
            "authorization_content_type": "application/json",
            "verification_tokens": verification_tokens(mount),
        }

    def as_openapi(self, mount: "PluginMount") -> dict[str, Any]:
        flow = {
            "authorizationUrl": mount.url("auth:authorize"),
            "tokenUrl": mount.url("auth:token"),
            "refreshUrl": mount.url("auth:token"),
            "scopes": dict(self.scopes),
        }
        return {"oauth": {"type": "oauth2", "flows": {"authorizationCode": flow}}}

    def security(self, view: Any, method: str) -> list[dict[str, list[str]]]:
        """Name the scope that the operation needs."""
        return [{"oauth": [self.has_scope.scope(view, method)]}]

    def as_mcp(self, view: Any, method: str) -> list[dict[str, Any]]:
        return [{"type": "oauth2", "scopes": [self.has_scope.scope(view, method)]}]

    def challenge(self, request: Request, plugin: "Plugin") -> str:
        """Say also what to ask for, and where a client learns how (RFC 9728 section 5.1)."""
        mount: PluginMount = request.mount  # type: ignore[attr-defined]
        route = "mcp:mcp" if mount.part == "mcp" else "index"
        metadata = mount.well_known_url("oauth-protected-resource", of=route)
        scope = " ".join(self.scopes)
        said = super().challenge(request, plugin)
        return f'{said}, scope="{scope}", resource_metadata="{metadata}"'

    def hand_out(self, plugin: "Plugin", user: Any, redirect_uri: str) -> Mapping[str, str]:
        """Make a client, where none can register itself."""
        if settings.OAUTH_CLIENT_REGISTRATION:
            return {}
        return make_client("The console of this site", redirect_uri, user=user)

    def take_back(self, handed_out: Mapping[str, str]) -> list[str]:
        client_id = handed_out.get("client_id", "")
        deleted, _ = Application.objects.filter(client_id=client_id).delete()
        return ["Deleted the client that this site had made for it."] if deleted else []

    def urls(self, plugin: "Plugin") -> list[URLPattern]:
        return authorization_server_urls(
            AuthorizationServer(plugin=plugin.slug, name=plugin.name_for_human, scopes=self.scopes),
            protected={"": "index", "/mcp": "mcp:mcp"},
        )
