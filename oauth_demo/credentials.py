"""What a presented token proves, found by one query.

Looked up at each call, so that a token that is revoked opens nothing from then on.
"""

from typing import NamedTuple

import orjson
from django.db.models import Q
from django.db.models.functions import Now
from oauth2_provider.models import AccessToken

from api.compiled import CompiledQuery
from oauth_demo.models import Consent, Token, audience, digest
from oauth_demo.uses import uses


class Credential(NamedTuple):
    """What a presented token proves."""

    token_id: int
    user_id: int | None = None
    username: str = ""
    scopes: frozenset[str] = frozenset()

    @property
    def counted_as(self) -> tuple[str, str]:
        """Whom throttling counts: the person, whichever token; else the token."""
        if self.user_id is None:
            return "token", str(self.token_id)
        return "person", str(self.user_id)


def find_service_token(secret: str, *, plugin: str) -> Credential | None:
    rows = SERVICE_TOKENS.rows(digest=digest(secret), plugin=plugin)
    if not rows:
        return None
    uses.add(rows[0][0])
    return Credential(*rows[0])


def find_personal_token(secret: str, *, plugin: str) -> Credential | None:
    """Find a token whose owner may still sign in."""
    rows = PERSONAL_TOKENS.rows(digest=digest(secret), plugin=plugin)
    if not rows:
        return None
    uses.add(rows[0][0])
    return Credential(*rows[0])


def find_access_token(secret: str, *, plugin: str) -> Credential | None:
    """Find an OAuth access token that is alive, and whose owner may still sign in."""
    rows = ACCESS_TOKENS.rows(digest=digest(secret))
    if not rows:
        return None
    token_id, user_id, username, application_id, scope, resource = rows[0]
    if orjson.loads(resource) != [audience(plugin)]:
        return None
    Consent.note_use(user_id, application_id)
    return Credential(token_id, user_id, username, frozenset(scope.split()))


UNEXPIRED = Q(expires_at=None) | Q(expires_at__gt=Now())
SERVICE_TOKENS = CompiledQuery(
    lambda digest, plugin: (
        Token.objects.filter(UNEXPIRED, digest=digest, plugin=plugin, user=None, revoked_at=None)
        .order_by()
        .values_list("id")
    )
)
PERSONAL_TOKENS = CompiledQuery(
    lambda digest, plugin: (
        Token.objects.filter(
            UNEXPIRED, digest=digest, plugin=plugin, user__is_active=True, revoked_at=None
        )
        .order_by()
        .values_list("id", "user_id", "user__username")
    )
)
ACCESS_TOKENS = CompiledQuery(
    lambda digest: (
        AccessToken.objects.filter(token_checksum=digest, user__is_active=True, expires__gt=Now())
        .order_by()
        .values_list("id", "user_id", "user__username", "application_id", "scope", "resource")
    )
)
