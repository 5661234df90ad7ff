"""What an authorization server checks and keeps: the library's rules, and what they lack.

Codes and tokens are of one plugin: their `resource` (RFC 8707) is its audience, whichever of
its URLs the client knew it by.
"""

import re
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from oauth2_provider.cimd import is_cimd_client_id
from oauth2_provider.models import Application, RefreshToken
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.settings import oauth2_settings
from oauthlib.common import Request
from oauthlib.oauth2.rfc6749 import errors
from redis import RedisError

from oauth_demo.codes import AuthorizationCode
from oauth_demo.errors import ClientUnavailableError
from oauth_demo.models import Consent, digest
from oauth_demo.parameters import VSCHAR
from oauth_demo.redirects import allowed_redirects, is_allowed_redirect
from oauth_demo.revocation import end_family, lock_person

if TYPE_CHECKING:
    from oauth_demo.server import AuthorizationServer

S256_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # RFC 7636 section 4.2


class Validator(OAuth2Validator):  # type: ignore[misc]
    """The library's checks, for one plugin, with those that it lacks."""

    def __init__(self, server: "AuthorizationServer") -> None:
        self.server = server

    # --- The authorization request ---

    def validate_client_id(
        self, client_id: str, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        """Look for no client where there can be none; PostgreSQL chokes on a NUL.

        A client that is known by its metadata takes a cache, which may be away.
        """
        if not VSCHAR.fullmatch(client_id):
            return False
        try:
            known = bool(super().validate_client_id(client_id, request))
        except RedisError as error:
            raise ClientUnavailableError("Try again shortly.", request=request) from error
        if not known and oauth2_settings.CIMD_ENABLED and is_cimd_client_id(client_id):
            # The reason is logged, and not told: it would show what this site can reach.
            words = (
                "No document could be read at this client_id, or it is not what it must be: JSON "
                "that names its own URL as client_id, and a public client. "
                f"{allowed_redirects()} The log of this site says why. Once that is mended, "
                "try again in a minute."
            )
            raise errors.InvalidClientIdError(words, request=request)
        return known

    def validate_redirect_uri(
        self, client_id: str, redirect_uri: str, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        """Hold the rule for redirect URIs again: a row may be older than it."""
        try:
            return is_allowed_redirect(redirect_uri) and bool(
                super().validate_redirect_uri(client_id, redirect_uri, request)
            )
        except ValueError:  # what is registered is no URI at all
            return False

    def get_default_redirect_uri(self, client_id: str, request: Request, *args: Any) -> str:
        uri = str(super().get_default_redirect_uri(client_id, request))
        if not is_allowed_redirect(uri):
            raise errors.MismatchingRedirectURIError(request=request)
        return uri

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
        """Grant what is known of what is asked; nothing named is all there is (RFC 6749 3.3).

        Many clients ask for `offline_access` and `openid` everywhere. The answer says what was
        granted (section 5.1).
        """
        asked = [scope for scope in scopes if scope] or list(self.server.scopes)
        request.scopes = self.known(asked)
        if not request.scopes:
            words = f"Known scopes are: {' '.join(self.server.scopes)}"
            raise errors.InvalidScopeError(words, request=request)
        return True

    def known(self, scopes: list[str]) -> list[str]:
        return [scope for scope in dict.fromkeys(scopes) if scope in self.server.scopes]

    def get_default_scopes(self, client_id: str, request: Request, *args: Any) -> list[str]:
        return list(self.server.scopes)

    def save_authorization_code(
        self, client_id: str, code: dict[str, str], request: Request, *args: Any, **kwargs: Any
    ) -> None:
        """Keep the code as a digest, like the tokens."""
        kept = {**code, "code": AuthorizationCode(code["code"]).digest}
        super().save_authorization_code(client_id, kept, request)

    # --- The token request ---

    def validate_code(
        self, client_id: str, code: str, client: Any, request: Request, *args: Any, **kwargs: Any
    ) -> bool:
        """Read the code once: a parallel redemption may take it away at any moment."""
        presented = AuthorizationCode(code)
        grant = presented.find_grant()
        if grant is None:
            presented.end_tokens()  # a replay, perhaps
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
        deleted, _ = request.grant.delete()
        if not deleted:
            AuthorizationCode(code).end_tokens()
            raise errors.InvalidGrantError(request=request)

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

    def is_within_original_scope(
        self, request_scopes: list[str], refresh_token: str, request: Request, *args: Any
    ) -> bool:
        """Leave unknown scopes out at a refresh too; it never widens (RFC 6749 section 6)."""
        granted = self.get_original_scopes(refresh_token, request).split()
        request.scopes = self.known(request_scopes)
        return bool(request.scopes) and set(request.scopes) <= set(granted)

    def save_bearer_token(
        self, token: dict[str, Any], request: Request, *args: Any, **kwargs: Any
    ) -> None:
        """Of two parallel refreshes the second is a replay, and ends both (RFC 9700 4.14.2)."""
        presented: RefreshToken | None = getattr(request, "refresh_token_instance", None)
        with transaction.atomic():
            lock_person(request.user.pk)
            if presented is None or is_live(presented):
                super().save_bearer_token(token, request, *args, **kwargs)
                if presented is None:
                    first = RefreshToken.objects.filter(
                        token_checksum=digest(token["refresh_token"])
                    )
                    first.update(token_family=AuthorizationCode(request.code).token_family)
                Consent.objects.filter(
                    user=request.user, application=request.client, plugin=self.server.plugin
                ).update(last_used_at=timezone.now())
                return
        end_family(presented.token_family)
        raise errors.InvalidGrantError(request=request)


def is_live(token: RefreshToken) -> bool:
    """Say whether a refresh token is still unused; it stays so until the transaction ends."""
    live = RefreshToken.objects.select_for_update().filter(pk=token.pk, revoked=None)
    return bool(live.exists())
