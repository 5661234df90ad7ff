"""One plugin's authorization server: the library's rules, and what they lack.

Codes and tokens are of one plugin: their `resource` (RFC 8707) is its audience, whichever of
its URLs the client knew it by. Codes reach this module as digests (`oauth_demo/exchange.py`).
"""

import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from oauth2_provider.models import Application, Grant, RefreshToken
from oauth2_provider.oauth2_backends import OAuthLibCore
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.settings import oauth2_settings
from oauthlib.common import Request
from oauthlib.oauth2.rfc6749 import errors

from api.mounts import MountedRequest
from oauth_demo.models import Consent, audience, digest
from oauth_demo.parameters import VSCHAR
from oauth_demo.revocation import end_family, lock_person

S256_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # RFC 7636 section 4.2


@dataclass(frozen=True)
class AuthorizationServer:
    """Hands out codes and tokens for one plugin."""

    plugin: str
    """The plugin's slug."""
    name: str
    """What people call the plugin."""
    scopes: Mapping[str, str]
    """What can be asked for, each in plain words; all of it when nothing is named."""

    @property
    def audience(self) -> str:
        return audience(self.plugin)


class ServedByPlugin:
    """Runs one of the library's views on its plugin's authorization server."""

    server = AuthorizationServer(plugin="", name="", scopes={})  # `as_view` names the real one

    def get_oauthlib_core(self) -> OAuthLibCore:
        engine = oauth2_settings.OAUTH2_SERVER_CLASS
        return OAuthLibCore(engine(Validator(self.server), **oauth2_settings.server_kwargs))


def require_own_resource(request: MountedRequest, resources: Iterable[str]) -> None:
    """Raise OAuth2Error where another resource than the plugin is asked for (RFC 8707 2)."""
    own = request.mount.root
    if not {*resources} <= {own, f"{own}/"}:
        raise errors.CustomOAuth2Error("invalid_target", f"resource must be {own}.")


class Validator(OAuth2Validator):  # type: ignore[misc]
    """The library's checks, for one plugin, with those that it lacks."""

    def __init__(self, server: AuthorizationServer) -> None:
        self.server = server

    def _load_application(self, client_id: str | None, request: Request) -> Application | None:
        """Look for no client where there can be none; PostgreSQL chokes on a NUL."""
        if not client_id or not VSCHAR.fullmatch(client_id):
            return None
        return super()._load_application(client_id, request)

    # --- The authorization request ---

    def validate_redirect_uri(
        self, client_id: str, redirect_uri: str, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        try:
            return bool(super().validate_redirect_uri(client_id, redirect_uri, request))
        except ValueError:  # no URI at all: an unclosed bracket, an impossible port
            return False

    def is_pkce_required(self, client_id: str, request: Request) -> bool:
        """Ask public clients for PKCE, and everybody who uses it for S256 (RFC 9700 2.1.1).

        Refused here, before anybody is asked to agree; the library does so afterwards.
        """
        challenge, method = request.code_challenge, request.code_challenge_method
        if challenge is not None and method != "S256":
            raise errors.InvalidRequestError("code_challenge_method must be S256.", request=request)
        if challenge is not None and not S256_CHALLENGE.fullmatch(challenge):
            raise errors.InvalidRequestError(
                "code_challenge must be the base64url of a SHA-256.", request=request
            )
        return bool(request.client.client_type == Application.CLIENT_PUBLIC)

    def validate_scopes(
        self, client_id: str, scopes: list[str], client: Any, request: Request, *args: Any
    ) -> bool:
        """Grant the plugin's scopes; an empty `scope` counts as none named (RFC 6749 3.1, 3.3)."""
        request.scopes = [scope for scope in scopes if scope] or list(self.server.scopes)
        return set(request.scopes) <= self.server.scopes.keys()

    def get_default_scopes(self, client_id: str, request: Request, *args: Any) -> list[str]:
        return list(self.server.scopes)

    def save_authorization_code(
        self, client_id: str, code: dict[str, str], request: Request, *args: Any, **kwargs: Any
    ) -> None:
        """Keep the code as a digest, like the tokens."""
        self._create_authorization_code(request, {**code, "code": digest(code["code"])})

    # --- The token request ---

    def validate_code(
        self, client_id: str, code: str, client: Any, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        """Read the code once: a parallel redemption may take it away at any moment."""
        grant = Grant.objects.filter(code=code).select_related("user").first()
        if grant is None:
            end_family(family(code))  # a replay, perhaps: RFC 6749 4.1.2
            return False
        if request.code_verifier and not grant.code_challenge:
            return False  # somebody took the challenge out: RFC 9700 4.8.2
        request.grant, request.user, request.scopes = grant, grant.user, grant.scope.split()
        return bool(
            grant.application_id == client.pk
            and grant.resource == [self.server.audience]
            and grant.user.is_active
            and not grant.is_expired()
        )

    def get_code_challenge(self, code: str, request: Request) -> str | None:
        return request.grant.code_challenge or None

    def get_code_challenge_method(self, code: str, request: Request) -> str | None:
        return request.grant.code_challenge_method or None

    def confirm_redirect_uri(
        self,
        client_id: str,
        code: str,
        redirect_uri: str,
        client: Any,
        request: Request,
        *args: Any,
    ) -> bool:
        """Refuse another redirect_uri as RFC 6749 5.2 says; the library has a wrong error."""
        if redirect_uri != request.grant.redirect_uri:
            raise errors.InvalidGrantError(
                "redirect_uri is not the one that the code was sent to.", request=request
            )
        return True

    def invalidate_authorization_code(
        self, client_id: str, code: str, request: Request, *args: Any, **kwargs: Any
    ) -> None:
        """Of two parallel redemptions the second is a replay, and ends both (RFC 6749 4.1.2)."""
        try:
            super().invalidate_authorization_code(client_id, code, request)
        except errors.InvalidGrantError:
            end_family(family(code))
            raise

    def validate_refresh_token(
        self, refresh_token: str, client: Any, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        if not super().validate_refresh_token(refresh_token, client, request):
            # The library has ended the family of a replayed token, but for what was being given
            # meanwhile.
            replayed = RefreshToken.objects.filter(
                token_checksum=digest(refresh_token), application=client, revoked__isnull=False
            )
            for token in replayed:
                end_family(token.token_family)
            return False
        return bool(
            request.refresh_token_instance.resource == [self.server.audience]
            and request.user.is_active
        )

    def save_bearer_token(
        self, token: dict[str, Any], request: Request, *args: Any, **kwargs: Any
    ) -> None:
        """Of two parallel refreshes the second is a replay, and ends both (RFC 9700 4.14.2)."""
        try:
            super().save_bearer_token(token, request, *args, **kwargs)
        except errors.InvalidGrantError:
            end_family(request.refresh_token_instance.token_family)
            raise

    def _save_bearer_token(
        self, token: dict[str, Any], request: Request, *args: Any, **kwargs: Any
    ) -> None:
        lock_person(request.user.pk)
        presented = getattr(request, "refresh_token_instance", None)
        if presented is not None:
            live = RefreshToken.objects.select_for_update().filter(pk=presented.pk, revoked=None)
            if not live.exists():
                raise errors.InvalidGrantError(request=request)
        super()._save_bearer_token(token, request, *args, **kwargs)
        Consent.objects.filter(
            user=request.user, application=request.client, plugin=self.server.plugin
        ).update(last_used_at=timezone.now())

    @transaction.atomic
    def _create_refresh_token(
        self, request: Request, code: str, access_token: Any, previous: Any
    ) -> RefreshToken:
        """Name the family of tokens after the code that it began with."""
        token = super()._create_refresh_token(request, code, access_token, previous)
        if previous is None:
            token.token_family = family(request.code)
            token.save(update_fields=["token_family"])
        return token


def family(code_digest: str) -> uuid.UUID:
    """Return the family of the tokens that a code was redeemed for.

    Being made from the code, it needs no record: a code that comes back names what to revoke.
    """
    return uuid.UUID(code_digest[:32])
