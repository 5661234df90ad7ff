"""Refresh tokens: which are good, and what it means when one comes back.

Each is good once; the next one comes with the answer. One that comes back after that is in two
hands, so all tokens of its family end (RFC 9700 section 4.14.2). But an answer may be lost on its
way, and a client may refresh from two processes at once: within OAUTH_REFRESH_GRACE it is given
another pair, beside the first. Not the same again, which is kept as a digest alone.
"""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db.models import F, QuerySet
from django.utils import timezone
from oauth2_provider.models import RefreshToken
from oauth2_provider.settings import oauth2_settings

from oauth_demo.models import digest


def find_refresh_token(secret: str) -> RefreshToken | None:
    """Return what is known of a refresh token, spent or not."""
    rows = RefreshToken.objects.filter(token_checksum=digest(secret))
    newest_first = rows.order_by(F("revoked").desc(nulls_first=True))
    return newest_first.select_related("access_token", "user", "application").first()


def living(token_family: uuid.UUID) -> QuerySet[RefreshToken]:
    """Return the refresh tokens of a family that are still to be used."""
    family: QuerySet[RefreshToken] = RefreshToken.objects.filter(token_family=token_family)
    return family.filter(revoked=None, access_token__isnull=False)


def may_be_used(token: RefreshToken) -> bool:
    return is_fresh(token) or came_back_in_time(token)


def is_fresh(token: RefreshToken) -> bool:
    """Say whether a refresh token was not used, and its client not idle for too long."""
    if token.revoked is not None or token.access_token is None:
        return False
    idle = timedelta(seconds=oauth2_settings.REFRESH_TOKEN_EXPIRE_SECONDS)
    return bool(token.access_token.expires + idle > timezone.now())


def came_back_in_time(token: RefreshToken) -> bool:
    """Say whether a spent one came back so soon that its answer may have been lost.

    Where access was ended, by whomever, the whole family was: it opens nothing again.
    """
    if token.revoked is None:
        return False
    grace = timedelta(seconds=settings.OAUTH_REFRESH_GRACE)
    return timezone.now() - token.revoked < grace and living(token.token_family).exists()


def scopes_in_all_hands(token_family: uuid.UUID) -> frozenset[str]:
    """Return the scopes that each living token of a family has: what a spent one had, or less."""
    held = living(token_family).values_list("access_token__scope", flat=True)
    scopes = [frozenset(scope.split()) for scope in held]
    return frozenset.intersection(*scopes) if scopes else frozenset()
