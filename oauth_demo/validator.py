"""What an authorization server checks and keeps: the library's rules, and what they lack.

Codes and tokens are of one plugin: their `resource` (RFC 8707) is its audience, whichever of
its URLs the client knew it by.
"""

import re
import uuid
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q
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
from oauth_demo.refreshing import find_refresh_token, may_be_used, scopes_in_all_hands
from oauth_demo.revocation import end_family, lock_person
from oauth_demo.scopes import granted, nothing_known

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
        """Grant what is known of what is asked; nothing named is all there is (RFC 6749 3.3)."""
        asked = [scope for scope in scopes if scope] or list(self.server.scopes)
        request.scopes = self.granted(asked, request)
        return True

    def granted(self, asked: list[str], request: Request) -> list[str]:
        known = self.server.scopes
        scopes = granted(asked, known=known)
        if not scopes:
            raise errors.InvalidScopeError(nothing_known(asked, known=known), request=request)
        return scopes

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
        """Read the token once: a parallel refresh may spend it at any moment.

        Not the library's: what it knows of a grace needs tokens that are kept as they are.
        """
        token = find_refresh_token(refresh_token)
        if token is None:
            return False
        if token.application != client or not may_be_used(token):
            if token.revoked is not None:
                end_family(token.token_family)  # a replay
            return False
        request.user, request.refresh_token = token.user, refresh_token
        request.refresh_token_instance = token
        return bool(token.resource == [self.server.audience] and token.user.is_active)

    def get_original_scopes(
        self, refresh_token: str, request: Request, *args: Any, **kwargs: Any
    ) -> str:
        token = request.refresh_token_instance
        if token.revoked is None:
            return str(token.access_token.scope)
        held = scopes_in_all_hands(token.token_family)
        return " ".join(scope for scope in self.server.scopes if scope in held)

    def is_within_original_scope(
        self, request_scopes: list[str], refresh_token: str, request: Request, *args: Any
    ) -> bool:
        """Leave unknown scopes out at a refresh too; it never widens (RFC 6749 section 6)."""
        request.scopes = self.granted(request_scopes, request)
        held = self.get_original_scopes(refresh_token, request)
        if not set(request.scopes) <= set(held.split()):
            raise errors.InvalidScopeError(
                f"This refresh token has the scopes: {held}. It gives no more. For others, send "
                "the person to the authorization endpoint again.",
                request=request,
            )
        return True

    def save_bearer_token(
        self, token: dict[str, Any], request: Request, *args: Any, **kwargs: Any
    ) -> None:
        """Put new tokens into their family, unless it ended meanwhile (RFC 9700 4.14.2).

        Of two parallel refreshes the second finds its token spent: within the grace it is given a
        pair of its own, and else it is a replay.
        """
        presented: RefreshToken | None = getattr(request, "refresh_token_instance", None)
        with transaction.atomic():
            lock_person(request.user.pk)
            if presented is None:
                family = AuthorizationCode(request.code).token_family
                self.save_in(family, token, request)
                return
            family = presented.token_family
            now = RefreshToken.objects.select_for_update().filter(pk=presented.pk).first()
            if now is not None and may_be_used(now):
                if now.revoked is not None:
                    request.refresh_token_instance = None  # a pair beside the first, not after it
                self.save_in(family, token, request)
                return
        end_family(family)
        raise errors.InvalidGrantError(request=request)

    def save_in(self, family: uuid.UUID, token: dict[str, Any], request: Request) -> None:
        super().save_bearer_token(token, request)
        given = RefreshToken.objects.filter(token_checksum=digest(token["refresh_token"]))
        given.update(token_family=family)
        Consent.objects.filter(
            user=request.user, application=request.client, plugin=self.server.plugin
        ).update(last_used_at=timezone.now())

    def revoke_token(
        self, token: str, token_type_hint: str, request: Request, *args: Any, **kwargs: Any
    ) -> None:
        """End all that was given with a token: the same grant's (RFC 7009 section 2.1).

        A refresh token that was spent just now would else come back within its grace.
        """
        theirs = RefreshToken.objects.filter(application=request.client)
        sent = Q(token_checksum=digest(token)) | Q(access_token__token_checksum=digest(token))
        for family in list(theirs.filter(sent).values_list("token_family", flat=True)):
            end_family(family)
