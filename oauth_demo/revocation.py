"""How access ends. What gives tokens and what ends them wait for each other."""

import uuid
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from oauth2_provider.models import AccessToken, Grant, RefreshToken


def lock_person(user_id: Any) -> None:
    """Hold a person's row until the transaction ends.

    PostgreSQL shows a sweep only what was there when it began; without this, tokens that are
    being given meanwhile would outlive it.
    """
    people = get_user_model().objects.select_for_update(no_key=True)
    people.filter(pk=user_id).values_list("pk").first()


@transaction.atomic
def end_access(*, user: Any, **owner: Any) -> None:
    """End every OAuth code and token of a person, at once and for good."""
    lock_person(user.pk)
    owner["user"] = user
    RefreshToken.objects.filter(revoked=None, **owner).update(revoked=timezone.now())
    AccessToken.objects.filter(**owner).delete()
    Grant.objects.filter(**owner).delete()


@transaction.atomic
def end_family(token_family: uuid.UUID) -> None:
    """End the tokens that began with one code (RFC 9700 section 4.14.2)."""
    tokens = RefreshToken.objects.filter(token_family=token_family)
    lock_person(tokens.values_list("user_id", flat=True).first())
    RefreshToken.revoke_family(token_family)


def end_client(application: Any) -> None:
    """End all that people agreed to that a client may do, with its codes and tokens."""
    people = application.consents.values_list("user", flat=True)
    holders = RefreshToken.objects.filter(application=application).values_list("user", flat=True)
    for user in get_user_model().objects.filter(pk__in={*people, *holders}):
        with transaction.atomic():
            end_access(user=user, application=application)
            application.consents.filter(user=user).delete()
