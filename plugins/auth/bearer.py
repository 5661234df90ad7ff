"""Schemes of one secret: `Authorization: Bearer …` (RFC 6750), handed out by hand."""

import re
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.utils.functional import SimpleLazyObject
from rest_framework.authentication import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from oauth_demo.credentials import (
    Credential,
    find_access_token,
    find_personal_token,
    find_service_token,
)
from oauth_demo.lending import end_lent_access, lend_access
from oauth_demo.models import Token, digest
from plugins.auth.pasted import fault_of
from plugins.auth.scheme import AuthScheme
from plugins.permissions import HasCredential, OwnUsername

if TYPE_CHECKING:
    from plugins.mounts import PluginMount
    from plugins.plugin import Plugin


TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
"""A token as RFC 6750 section 2.1 spells one."""


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

    def hand_out(self, plugin: "Plugin", user: Any, redirect_uri: str) -> Mapping[str, str]:
        whose = user if self.callers == "people" else None
        name = f"Console of {user.get_username()}"
        free = Token.objects.free_name(name, plugin=plugin.slug, user=whose)
        return {"token": Token.objects.issue(plugin=plugin.slug, name=free, user=whose)[1]}

    def take_back(self, handed_out: Mapping[str, str]) -> list[str]:
        token = Token.objects.filter(digest=digest(handed_out.get("token", ""))).first()
        if token is None:
            return []
        token.revoke()
        return ["Revoked the token that this site had made for it."]

    def lend(self, plugin: "Plugin", user: Any) -> str:
        """Give the page all scopes there are, which the person agrees to by asking."""
        return lend_access(user, plugin=plugin.slug, scopes=self.scopes)

    def end_loan(self, plugin: "Plugin", user: Any) -> None:
        end_lent_access(user, plugin=plugin.slug)

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

    def authenticate(self, request: Any) -> tuple[Any, Credential] | None:
        """Read that header alone: `request.headers` would make a mapping of all that came."""
        header = request.META.get("HTTP_AUTHORIZATION", "")
        keyword, _, token = header.partition(" ")
        found: tuple[Any, Credential] | None
        try:
            if keyword == self.keyword and TOKEN.fullmatch(token):
                return self.authenticate_credentials(token)  # as DRF finds, too, at some length
            found = super().authenticate(
                cast("Request", SimpleNamespace(headers={"authorization": header}))
            )
        except AuthenticationFailed:
            self.require_faultless(header)
            raise
        if found is None:
            self.require_faultless(header)
        return found

    def require_faultless(self, header: str) -> None:
        """Raise AuthenticationFailed where the header holds more, or less, than a token."""
        if fault := fault_of(header.strip()):
            right = self.scheme.header("TOKEN")
            raise AuthenticationFailed(f"{fault} Send '{right}', with nothing but the token in it.")

    def authenticate_credentials(self, key: str) -> tuple[Any, Credential]:
        return self.scheme.look_up(key, self.plugin)


def user_of(credential: Credential) -> Any:
    """Return whose credential it is; who needs more than its name pays the query."""
    pk = credential.user_id
    if pk is None:
        return AnonymousUser()
    return SimpleLazyObject(lambda: get_user_model().objects.get(pk=pk))


def verification_tokens(mount: "PluginMount") -> dict[str, str]:
    """Return what a client showed to the operator, to see that the two belong together."""
    tokens: dict[str, str] = settings.VERIFICATION_TOKENS.get(mount.plugin.slug, {})
    return tokens


class ServiceHTTP(BearerScheme):
    """The developer of the plugin gives ChatGPT one token for all its users."""

    slug = "service_http"
    name = "Service token"
    tokens_by_hand = True
    how_to_get_one = "Ask the plugin's operator for a service token."
    token_command = "create_service_token"
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
    mcp_credential = "It wants a token of your own: sign in here, and make one under Tokens."
    placeholder = "YOUR_TOKEN"
    lends = True

    @staticmethod
    def find(secret: str, *, plugin: str) -> Credential | None:
        """Find a token that its person made, or lent to a page of this site."""
        made = find_personal_token(secret, plugin=plugin)
        return made or find_access_token(secret, plugin=plugin)
