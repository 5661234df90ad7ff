"""The ways in which a caller proves who is calling.

An auth scheme is an object that answers for itself: what the manifest and the OpenAPI document say
of it, how a request is authenticated and who is let in, how it is refused, which header a browser
may send, which routes it needs, and how a person installs with it. A new one is one subclass, and a
template each, `install/<slug>.html` and `legal/<slug>.html`.

A token is bound to one plugin, its audience (RFC 9700 section 2.3): every other plugin and
scheme refuses it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.urls import URLPattern
from django.utils.functional import SimpleLazyObject
from rest_framework.authentication import BaseAuthentication, TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.request import Request

from oauth_demo.credentials import (
    Credential,
    find_access_token,
    find_personal_token,
    find_service_token,
)
from oauth_demo.server import AuthorizationServer
from oauth_demo.urls import authorization_server_urls
from plugins.permissions import HasCredential, HasScope, OwnUsername

if TYPE_CHECKING:
    from plugins.mounts import PluginMount
    from plugins.plugin import Plugin


class AuthScheme:
    """One way for a client to authenticate; the base lets nobody in."""

    slug: ClassVar[str]
    """Names its templates, and the scheme itself in the manifest."""
    name: ClassVar[str]
    """What people call it, in two words."""
    permissions: tuple[Callable[[], BasePermission], ...] = (HasCredential,)
    """What DRF asks of a caller, in this order."""
    tokens_by_hand: ClassVar[bool] = False
    """Whether this site hands out its tokens, by a command or on a page."""
    request_header: ClassVar[str] = "Authorization"
    """The header that carries the credential; browsers may send it, needed or not."""
    how_to_get_one: ClassVar[str] = ""
    """Where somebody without a credential gets one, in a sentence."""
    mcp_credential: ClassVar[str] = ""
    """What it takes to use the plugin in an MCP client, for people."""
    placeholder: ClassVar[str] = ""
    """What stands for a credential in a command that is shown; "" where none is needed."""
    scopes: Mapping[str, str] = MappingProxyType({})
    """What can be asked for one by one, each in plain words."""

    # --- Documents -----------------------------------------------------------------------

    def as_manifest(self, mount: "PluginMount") -> dict[str, Any] | None:
        """Return the manifest's `auth` object; None where a manifest has no word for the scheme."""
        return {"type": self.slug}

    def as_openapi(self, mount: "PluginMount") -> dict[str, Any]:
        """Return the OpenAPI security schemes of a plugin at a mount, by name."""
        return {}

    def security(self, view: Any, method: str) -> list[dict[str, list[str]]]:
        """Return what an operation needs of the security schemes (OpenAPI 3.0 section 4.8.30)."""
        return []

    def as_mcp(self, view: Any, method: str) -> list[dict[str, Any]]:
        """Return what ChatGPT is told of how a tool authenticates; [] for what it cannot do."""
        return []

    @property
    def install_template(self) -> str:
        return f"install/{self.slug}.html"

    @property
    def legal_template(self) -> str:
        return f"legal/{self.slug}.html"

    def header(self, secret: str) -> str:
        """Return the header that a command sends a secret in."""
        return f"{self.request_header}: {secret}"

    def headers(self, secret: str) -> dict[str, str]:
        """Return the headers in which an MCP client sends a token that its person was given.

        There are none where nobody is given one: a client finds out by itself, or needs nothing.
        """
        if not self.tokens_by_hand:
            return {}
        name, _, value = self.header(secret).partition(": ")
        return {name: value}

    def codex_settings(self, variable: str) -> dict[str, Any]:
        """Return what Codex's settings say of such a token, which an environment variable holds."""
        return {"env_http_headers": {self.request_header: variable}} if self.tokens_by_hand else {}

    @property
    def wanted(self) -> str:
        """What is said to who sends no credential."""
        return f"Send a token as '{self.header('…')}'. {self.how_to_get_one}"

    # --- Requests ------------------------------------------------------------------------

    def authenticate(self, request: Request, plugin: "Plugin") -> tuple[Any, Credential] | None:
        """Return who calls, and by which credential; None for a request that bears none.

        Raises AuthenticationFailed for one that does not open the plugin.
        """
        raise NotImplementedError

    def challenge(self, request: Request, plugin: "Plugin") -> str:
        """Return the WWW-Authenticate of a 401."""
        raise NotImplementedError

    def protection(self, plugin: "Plugin") -> Mapping[str, Any]:
        """Return the arguments of `as_view` by which a view lets in these callers alone."""
        return {
            "authentication_classes": [partial(SchemeAuthentication, plugin)],
            "permission_classes": self.permissions,
        }

    @property
    def callers(self) -> Literal["everybody", "services", "people"]:
        """Who is let in: everybody, services to all there is, or people to what is their own."""
        if OwnUsername in self.permissions:
            return "people"
        return "services" if HasCredential in self.permissions else "everybody"

    def urls(self, plugin: "Plugin") -> list[URLPattern]:
        """Return the routes that the scheme itself needs, below the plugin's root."""
        return []


class SchemeAuthentication(BaseAuthentication):
    """A plugin's scheme, as DRF asks it; `as_view` binds it to the plugin."""

    def __init__(self, plugin: "Plugin") -> None:
        self.plugin = plugin
        self.scheme = plugin.auth

    def authenticate(self, request: Request) -> tuple[Any, Credential] | None:
        return self.scheme.authenticate(request, self.plugin)

    def authenticate_header(self, request: Request) -> str:
        return self.scheme.challenge(request, self.plugin)


class NoAuth(AuthScheme):
    """Anybody may call."""

    slug = "none"
    name = "No sign-in"
    mcp_credential = "It needs no credential."
    permissions = (AllowAny,)

    def as_mcp(self, view: Any, method: str) -> list[dict[str, Any]]:
        return [{"type": "noauth"}]

    def protection(self, plugin: "Plugin") -> Mapping[str, Any]:
        return {"authentication_classes": [], "permission_classes": self.permissions}


class BearerScheme(AuthScheme):
    """`Authorization: Bearer …` (RFC 6750)."""

    find: Callable[..., Credential | None]
    """Looks up a secret for a plugin."""

    def as_manifest(self, mount: "PluginMount") -> dict[str, Any]:
        return {"type": self.slug, "authorization_type": "bearer"}

    def as_openapi(self, mount: "PluginMount") -> dict[str, Any]:
        return {"bearer": {"type": "http", "scheme": "bearer"}}

    def security(self, view: Any, method: str) -> list[dict[str, list[str]]]:
        return [{"bearer": []}]

    def header(self, secret: str) -> str:
        return super().header(f"Bearer {secret}")

    def codex_settings(self, variable: str) -> dict[str, Any]:
        return {"bearer_token_env_var": variable} if self.tokens_by_hand else {}

    def authenticate(self, request: Request, plugin: "Plugin") -> tuple[Any, Credential] | None:
        return BearerToken(self, plugin).authenticate(request)

    def look_up(self, secret: str, plugin: "Plugin") -> tuple[Any, Credential]:
        """Return whose secret it is; raises AuthenticationFailed."""
        credential = self.find(secret, plugin=plugin.slug)
        if credential is None:
            # One answer for unknown, revoked and foreign tokens: none of them is confirmed.
            raise AuthenticationFailed(
                f"This token does not open this plugin, or no longer does. {self.how_to_get_one}"
            )
        return user_of(credential), credential

    def challenge(self, request: Request, plugin: "Plugin") -> str:
        """One for a refused token says so (RFC 6750 section 3)."""
        challenge = f'Bearer realm="{plugin.slug}"'
        if "HTTP_AUTHORIZATION" in request.META:
            challenge += ', error="invalid_token"'
        return challenge


class BearerToken(TokenAuthentication):
    """DRF's reading of the Authorization header, for one scheme of one plugin."""

    keyword = "Bearer"

    def __init__(self, scheme: BearerScheme, plugin: "Plugin") -> None:
        self.scheme = scheme
        self.plugin = plugin

    def authenticate_credentials(self, key: str) -> tuple[Any, Credential]:
        return self.scheme.look_up(key, self.plugin)


def user_of(credential: Credential) -> Any:
    """Return whose credential it is; who needs more than its name pays the query."""
    pk = credential.user_id
    if pk is None:
        return AnonymousUser()
    return SimpleLazyObject(lambda: get_user_model().objects.get(pk=pk))


class ServiceHTTP(BearerScheme):
    """The developer of the plugin gives ChatGPT one token for all its users."""

    slug = "service_http"
    name = "Service token"
    tokens_by_hand = True
    how_to_get_one = "Ask the plugin's operator for a service token."
    mcp_credential = "It wants a service token, which the operator of this site makes."
    placeholder = "SERVICE_TOKEN"
    find = staticmethod(find_service_token)

    def as_manifest(self, mount: "PluginMount") -> dict[str, Any]:
        return {**super().as_manifest(mount), "verification_tokens": verification_tokens(mount)}


class UserHTTP(BearerScheme):
    """Each person pastes a token of their own when they install the plugin."""

    slug = "user_http"
    name = "Personal token"
    permissions = (HasCredential, OwnUsername)
    tokens_by_hand = True
    how_to_get_one = "Sign in to the plugin's site and make one under Tokens."
    mcp_credential = "It wants a token of your own, which you make here under Tokens."
    placeholder = "YOUR_TOKEN"
    find = staticmethod(find_personal_token)


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
        """Say also where a client learns how to get a token (RFC 9728 section 5.1)."""
        mount: PluginMount = request.mount  # type: ignore[attr-defined]
        route = "mcp:mcp" if mount.part == "mcp" else "index"
        metadata = mount.well_known_url("oauth-protected-resource", of=route)
        return f'{super().challenge(request, plugin)}, resource_metadata="{metadata}"'

    def urls(self, plugin: "Plugin") -> list[URLPattern]:
        return authorization_server_urls(
            AuthorizationServer(plugin=plugin.slug, name=plugin.name_for_human, scopes=self.scopes),
            protected={"": "index", "/mcp": "mcp:mcp"},
        )


def verification_tokens(mount: "PluginMount") -> dict[str, str]:
    """Return what a client showed to the operator, to see that the two belong together."""
    tokens: dict[str, str] = settings.VERIFICATION_TOKENS.get(mount.plugin.slug, {})
    return tokens
