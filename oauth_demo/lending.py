"""Access that a person of this site lends to a page of it, for a quarter of an hour.

Pressing the button is the agreement. What comes of it is a token like any other: bound to one
plugin, kept as a digest, listed under Connected apps, and ended there.
"""

import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from oauth2_provider.models import AccessToken, Application

from oauth_demo.models import Consent, audience, digest
from oauth_demo.revocation import lock_person

LENT = timedelta(minutes=15)
CLIENT_ID = "api-page"
NAME = "The API page of this site"


@transaction.atomic
def lend_access(user: Any, *, plugin: str, scopes: Iterable[str]) -> str:
    """Return an access token of a person for a plugin, in place of the one that they had lent."""
    lock_person(user.pk)
    client = page_client()
    lent(user, plugin).delete()
    secret = secrets.token_urlsafe(32)
    AccessToken.objects.create(
        user=user,
        application=client,
        token="",  # the library looks for the digest alone, and so do we
        token_checksum=digest(secret),
        expires=timezone.now() + LENT,
        scope=" ".join(scopes),
        resource=[audience(plugin)],
    )
    consent, _ = Consent.objects.get_or_create(user=user, application=client, plugin=plugin)
    consent.last_used_at = timezone.now()
    consent.widen(scopes)
    return secret


def end_lent_access(user: Any, *, plugin: str) -> None:
    consents = Consent.objects.filter(user=user, application__client_id=CLIENT_ID, plugin=plugin)
    for consent in consents:
        consent.end()


def is_the_page(client: Application) -> bool:
    return bool(client.client_id == CLIENT_ID)


def lent(user: Any, plugin: str) -> QuerySet[AccessToken]:
    tokens: QuerySet[AccessToken] = AccessToken.objects.filter(
        user=user, application__client_id=CLIENT_ID, resource=[audience(plugin)]
    )
    return tokens


def page_client() -> Application:
    """Return the built-in client. It has no redirect URI, so no request can be made in its name."""
    client, _ = Application.objects.get_or_create(
        client_id=CLIENT_ID,
        defaults={
            "name": NAME,
            "client_type": Application.CLIENT_PUBLIC,
            "authorization_grant_type": Application.GRANT_AUTHORIZATION_CODE,
            "client_secret": "",
        },
    )
    return client
