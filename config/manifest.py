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
    Access,
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

    `manifest_type` is the manifest's word for it, and names the templates that explain it to
    people; `name` does so in two words. `authentication` and `permissions` are what DRF runs, in
    that order. `token_holder` tells to whom this site hands tokens by hand; `scopes` says in
    plain words what can be asked for one by one.
    """

    manifest_type: ClassVar[str]
    name: ClassVar[str]
    authentication: ClassVar[type[BearerAuthentication] | None] = None
    permissions: tuple[Callable[[], BasePermission], ...] = ()
    token_holder: ClassVar[TokenHolder] = ""
    scopes: Mapping[str, str] = MappingProxyType({})

    @property
    def personal(self) -> bool:
        """Whether a caller reaches only what belongs to their own account."""
        return OwnUsername in self.permissions

    @property
    def install_template(self) -> str:
        return f"install/{self.manifest_type}.html"

    @property
    def legal_template(self) -> str:
        return f"legal/{self.manifest_type}.html"

    def as_manifest(self, plugin: "Plugin", request: HttpRequest) -> dict[str, Any]:
        """Return the manifest's `auth` object."""
        return {"type": self.manifest_type}

    def as_openapi(self, server: str) -> dict[str, Any]:
        """Return the OpenAPI security schemes of a plugin reached at the URL `server`."""
        return {"bearer": {"type": "http", "scheme": "bearer"}} if self.authentication else {}

    def urls(self, plugin: "Plugin") -> list[URLPattern]:
        """Return the routes that the scheme itself needs, below the plugin's root."""
        return []


class NoAuth(AuthScheme):
    """Anybody may call."""

    manifest_type = "none"
    name = "No sign-in"
    permissions = (AllowAny,)


class ServiceHTTP(AuthScheme):
    """The developer of the plugin gives ChatGPT one token for all its users."""

    manifest_type = "service_http"
    name = "Service token"
    authentication = ServiceTokenAuthentication
    permissions = (HasCredential,)
    token_holder = "service"

    def as_manifest(self, plugin: "Plugin", request: HttpRequest) -> dict[str, Any]:
        return {
            **super().as_manifest(plugin, request),
            "authorization_type": "bearer",
            "verification_tokens": settings.VERIFICATION_TOKENS.get(plugin.slug, {}),
        }


class UserHTTP(AuthScheme):
    """Each person pastes a token of their own when they install the plugin."""

    manifest_type = "user_http"
    name = "Personal token"
    authentication = PersonalTokenAuthentication
    permissions = (HasCredential, OwnUsername)
    token_holder = "person"

    def as_manifest(self, plugin: "Plugin", request: HttpRequest) -> dict[str, Any]:
        return {**super().as_manifest(plugin, request), "authorization_type": "bearer"}


class OAuth(AuthScheme):
    """Each person agrees, on this site, to what a client may do for them (RFC 6749).

    `scopes` are what a client can ask for, each in plain words for the person who is asked;
    `scope_of` says which of them it takes to read, and to write.
    """

    manifest_type = "oauth"
    name = "OAuth"
    authentication = AccessTokenAuthentication

    def __init__(self, *, scopes: Mapping[str, str], scope_of: Mapping[Access, str]) -> None:
        self.scopes = scopes
        self.permissions = (HasCredential, partial(HasScope, scope_of), OwnUsername)

    def as_manifest(self, plugin: "Plugin", request: HttpRequest) -> dict[str, Any]:
        return {
            **super().as_manifest(plugin, request),
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
    token_holder: TokenHolder = ""
    """Who is let in: everybody, a service, or a person to what is theirs."""
    name: str = ""
    """What people call the plugin."""


def nothing_to_erase(store: str, username: str) -> None:
    """For an API that keeps nothing of anybody's."""


def no_pages(mount: Mount) -> list[URLPattern]:
    """For an API without pages for people."""
    return []


@dataclass(frozen=True, kw_only=True)
class API:
    """An API that plugins can mount."""

    endpoints: Callable[[Mount], list[URLPattern]]
    """Returns its URL patterns, bound to a mount."""
    example_template: str
    """Commands to try it with, given `url`, `username` and perhaps `token`."""
    erase: Callable[[str, str], None] = nothing_to_erase
    """Deletes what it keeps in a store under a username, whose account was deleted."""
    keeps: bool = True
    """Whether it keeps what its callers send."""
    pages: Callable[[Mount], list[URLPattern]] = no_pages
    """Returns pages for people; the plugin's card links to those that stand directly below it."""


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
    api: API
    cors_origins: tuple[str, ...] = CHATGPT_ORIGINS
    """Where browser scripts may come from that read the documents and call the API."""

    @cached_property
    def mount(self) -> Mount:
        scheme = self.auth.authentication
        protection = {
            "authentication_classes": [partial(scheme, plugin=self.slug)] if scheme else [],
            "permission_classes": self.auth.permissions,
        }
        holder: TokenHolder = "person" if self.auth.personal else self.auth.token_holder
        return Mount(
            store=self.slug,
            protection=protection,
            token_holder=holder,
            name=self.name_for_human,
        )

    @cached_property
    def api_urls(self) -> list[URLPattern]:
        """The URL patterns of the API, bound to this plugin."""
        return self.api.endpoints(self.mount)

    @cached_property
    def pages(self) -> list[URLPattern]:
        """The pages for people, bound to this plugin."""
        return self.api.pages(self.mount)

    @property
    def logo(self) -> str:
        """The logo among the static files: a PNG of 512 × 512 pixels."""
        return f"logos/{self.slug}.png"
