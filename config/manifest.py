"""What a plugin is, and the ways in which one can authenticate.

A `Plugin` says everything about itself once; its manifest, OpenAPI document, routes, CORS
policy and pages are derived from it. An auth scheme is an object that answers for itself:
what the manifest says of it, what protects the API, and how a person installs with it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any, ClassVar, Literal

from django.conf import settings
from django.http import HttpRequest
from django.urls import URLPattern
from django.utils.functional import cached_property
from rest_framework.permissions import AllowAny, BasePermission

from config.authentication import (
    AccessTokenAuthentication,
    BearerAuthentication,
    HasCredential,
    HasScope,
    OwnUsername,
    PersonalTokenAuthentication,
    ServiceTokenAuthentication,
)
from config.mounts import absolute_url
from oauth_demo.endpoints import authorization_server_urls
from oauth_demo.server import AuthorizationServer

TokenHolder = Literal["", "service", "person"]
CHATGPT_ORIGINS = ("https://chat.openai.com", "https://chatgpt.com")


class AuthScheme:
    """One way for a client to authenticate.

    `name` and `install_template` speak to people; `authentication` and `permissions` are what
    DRF runs, in that order; `token_holder` tells to whom this site hands tokens by hand;
    `scopes` says in plain words what can be asked for one by one.
    """

    name: ClassVar[str]
    install_template: ClassVar[str]
    authentication: ClassVar[type[BearerAuthentication] | None] = None
    permissions: tuple[Callable[[], BasePermission], ...] = ()
    token_holder: ClassVar[TokenHolder] = ""
    scopes: Mapping[str, str] = MappingProxyType({})

    def as_manifest(self, plugin: "Plugin", request: HttpRequest) -> dict[str, Any]:
        """Return the manifest's `auth` object."""
        raise NotImplementedError

    def as_openapi(self, server: str) -> dict[str, Any]:
        """Return the OpenAPI security schemes of a plugin reached at the URL `server`."""
        return {"bearer": {"type": "http", "scheme": "bearer"}} if self.authentication else {}

    def urls(self, plugin: "Plugin") -> list[URLPattern]:
        """Return the routes that the scheme itself needs, below the plugin's root."""
        return []


class NoAuth(AuthScheme):
    """Anybody may call."""

    name = "No sign-in"
    install_template = "install/none.html"
    permissions = (AllowAny,)

    def as_manifest(self, plugin: "Plugin", request: HttpRequest) -> dict[str, Any]:
        return {"type": "none"}


class ServiceHTTP(AuthScheme):
    """The developer of the plugin gives ChatGPT one token for all its users."""

    name = "Service token"
    install_template = "install/service_http.html"
    authentication = ServiceTokenAuthentication
    permissions = (HasCredential,)
    token_holder = "service"

    def as_manifest(self, plugin: "Plugin", request: HttpRequest) -> dict[str, Any]:
        return {
            "type": "service_http",
            "authorization_type": "bearer",
            "verification_tokens": settings.VERIFICATION_TOKENS.get(plugin.slug, {}),
        }


class UserHTTP(AuthScheme):
    """Each person pastes a token of their own when they install the plugin."""

    name = "Personal token"
    install_template = "install/user_http.html"
    authentication = PersonalTokenAuthentication
    permissions = (HasCredential, OwnUsername)
    token_holder = "person"

    def as_manifest(self, plugin: "Plugin", request: HttpRequest) -> dict[str, Any]:
        return {"type": "user_http", "authorization_type": "bearer"}


class OAuth(AuthScheme):
    """Each person agrees, on this site, to what a client may do for them (RFC 6749).

    `scopes` are what a client can ask for, each in plain words for the person who is asked;
    `scope_of` says which of them each HTTP method of the API needs.
    """

    name = "OAuth"
    install_template = "install/oauth.html"
    authentication = AccessTokenAuthentication

    def __init__(self, *, scopes: Mapping[str, str], scope_of: Mapping[str, str]) -> None:
        self.scopes = scopes
        self.permissions = (HasCredential, partial(HasScope, scope_of), OwnUsername)

    def as_manifest(self, plugin: "Plugin", request: HttpRequest) -> dict[str, Any]:
        return {
            "type": "oauth",
            "client_url": absolute_url(request, "auth:authorize"),
            "scope": " ".join(self.scopes),
            "authorization_url": absolute_url(request, "auth:token"),
            "authorization_content_type": "application/json",
            "verification_tokens": settings.VERIFICATION_TOKENS.get(plugin.slug, {}),
        }

    def as_openapi(self, server: str) -> dict[str, Any]:
        token_url = f"{server}/auth/oauth_exchange"
        flow = {
            "authorizationUrl": f"{server}/oauth",
            "tokenUrl": token_url,
            "refreshUrl": token_url,
            "scopes": dict(self.scopes),
        }
        return {"oauth": {"type": "oauth2", "flows": {"authorizationCode": flow}}}

    def urls(self, plugin: "Plugin") -> list[URLPattern]:
        return authorization_server_urls(
            AuthorizationServer(plugin=plugin.slug, name=plugin.name_for_human, scopes=self.scopes)
        )


@dataclass(frozen=True)
class Mount:
    """What binds an API to the plugin that mounts it."""

    store: str
    """Names the data that this plugin alone may see."""
    protection: Mapping[str, Any]
    """Arguments of `APIView.as_view` that decide who is let in."""


@dataclass(frozen=True, kw_only=True)
class Plugin:
    """One plugin, declared in `config/plugins.py`.

    The limits of the texts are those of ChatGPT's manifest; `manage.py check` holds every
    plugin to them (`config/checks.py`).
    """

    slug: str
    """Names the plugin in paths, hosts, stores and commands."""
    name_for_human: str
    """20 characters at most."""
    name_for_model: str
    """Letters and digits, 50 at most, a letter first."""
    description_for_human: str
    """100 characters at most."""
    description_for_model: str
    """8,000 characters at most."""
    auth: AuthScheme
    endpoints: Callable[[Mount], list[URLPattern]]
    """Returns the API's URL patterns, bound to this plugin."""
    cors_origins: tuple[str, ...] = CHATGPT_ORIGINS
    """Where browser scripts may come from that read the documents and call the API."""

    @cached_property
    def api(self) -> list[URLPattern]:
        """The URL patterns of the plugin's API."""
        scheme = self.auth.authentication
        protection = {
            "authentication_classes": [partial(scheme, plugin=self.slug)] if scheme else [],
            "permission_classes": self.auth.permissions,
        }
        return self.endpoints(Mount(store=self.slug, protection=protection))

    @property
    def logo(self) -> str:
        """The logo among the static files: a PNG of 512 × 512 pixels."""
        return f"logos/{self.slug}.png"
