"""What is kept of a person here: their tokens, what they agreed to, and their clients."""

from collections.abc import Iterator
from typing import Any

from django.db.models import F
from oauth2_provider.models import AccessToken, Application, Grant, RefreshToken

from api.personal_data import Kept, kept_rows
from oauth_demo.models import Consent, Token


def personal_data(person: Any) -> Iterator[Kept]:
    own = {"user__id__exact": person.pk}
    yield kept_rows(
        Token.objects.filter(user=person),
        *("name", "plugin", "created_at", "last_used_at", "expires_at", "revoked_at"),
        name="tokens",
        one="personal token",
        many="personal tokens",
        query=own,
    )
    yield kept_rows(
        Consent.objects.filter(user=person).annotate(client=F("application__name")),
        *("client", "plugin", "scope", "created_at", "last_used_at"),
        name="connected_apps",
        one="connected app",
        many="connected apps",
        query=own,
    )
    for model, name, one, fields in (
        (Grant, "oauth_codes", "OAuth code", ("created", "expires", "scope")),
        (AccessToken, "access_tokens", "access token", ("created", "expires", "scope")),
        (RefreshToken, "refresh_tokens", "refresh token", ("created", "revoked")),
    ):
        yield kept_rows(
            model.objects.filter(user=person).annotate(client=F("application__name")),
            *("client", *fields),
            name=name,
            one=one,
            many=f"{one}s",
            query=own,
        )
    clients = Application.objects.filter(user=person)
    others = Consent.objects.filter(application__in=clients).exclude(user=person)
    connected = others.values("user").distinct().count()
    yield kept_rows(
        clients,
        *("name", "client_id", "redirect_uris", "created"),
        name="clients",
        one="OAuth client",
        many="OAuth clients",
        query=own,
        note=f"{connected} other {'people are' if connected > 1 else 'person is'} connected by it"
        if connected
        else "",
    )
