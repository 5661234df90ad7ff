"""What a plugin is, and the ways in which one can authenticate.

A `Plugin` says everything about itself once; its manifest, OpenAPI document, routes, CORS
policy and pages are derived from it. An auth scheme is an object that answers for itself:
what the manifest says of it, what protects the API, and how a person installs with it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Literal

from django.conf import settings
from django.urls import URLPattern
from django.utils.functional import cached_property
from rest_framework.permissions import AllowAny, BasePermission

from config.authentication import (
    BearerAuthentication,
    HasCredential,
    OwnUsername,
    PersonalTokenAuthentication,
    ServiceTokenAuthentication,
)

TokenHolder = Literal["", "service", "person"]
CHATGPT_ORIGINS = ("https://chat.openai.com", "https://chatgpt.com")


class AuthScheme:
    """One way for a client to authenticate.

    `name` and `install_template` speak to people; `authentication` and `permissions` are what
    DRF runs, in that order; `token_holder` tells to whom this site hands tokens by hand.
    """

    name: ClassVar[str]
    install_template: ClassVar[str]
    authentication: ClassVar[type[BearerAuthentication] | None] = None
    permissions: ClassVar[tuple[type[BasePermission], ...]] = ()
    token_holder: ClassVar[TokenHolder] = ""

    def as_manifest(self, plugin: "Plugin") -> dict[str, Any]:
        """Return the manifest's `auth` object."""
        raise NotImplementedError


class NoAuth(AuthScheme):
    """Anybody may call."""

    name = "No sign-in"
    install_template = "install/none.html"
    permissions = (AllowAny,)

    def as_manifest(self, plugin: "Plugin") -> dict[str, Any]:
        return {"type": "none"}


class ServiceHTTP(AuthScheme):
    """The developer of the plugin gives ChatGPT one token for all its users."""

    name = "Service token"
    install_template = "install/service_http.html"
    authentication = ServiceTokenAuthentication
    permissions = (HasCredential,)
    token_holder = "service"

    def as_manifest(self, plugin: "Plugin") -> dict[str, Any]:
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

    def as_manifest(self, plugin: "Plugin") -> dict[str, Any]:
        return {"type": "user_http", "authorization_type": "bearer"}


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
