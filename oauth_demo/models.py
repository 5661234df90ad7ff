"""Bearer tokens that are handed out by hand: to a service, or by a person to themselves."""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from config.compiled import CompiledQuery


def digest(secret: str) -> str:
    """Return the SHA-256 of a secret, in hexadecimal.

    The secrets are random and long, so a slow password hash would add nothing. Looking one
    up by its digest gives nothing away in time either: nobody can choose a digest.
    """
    return hashlib.sha256(secret.encode()).hexdigest()


class TokenManager(models.Manager["Token"]):
    def issue(
        self, *, plugin: str, name: str, user: Any = None, secret: str | None = None
    ) -> tuple["Token", str]:
        """Make a token for a service, or for a person when `user` is given.

        Returns it with its secret, which cannot be had again. Raises ValidationError.
        """
        secret = secret or secrets.token_urlsafe(32)
        token = self.model(plugin=plugin, name=name, user=user, digest=digest(secret))
        token.clean_fields()
        token.save()
        return token, secret


class Token(models.Model):
    """A bearer token of one plugin. Its secret is not kept."""

    plugin = models.CharField(max_length=50, help_text="The one plugin that it opens.")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="tokens",
        help_text="The person whose it is; none for a service's token.",
    )
    name = models.CharField(max_length=100, help_text="Where it is used.")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = TokenManager()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.name} ({self.plugin})"

    def revoke(self) -> None:
        """End the token at once, for good."""
        if self.revoked_at is None:
            self.revoked_at = timezone.now()
            self.save(update_fields=["revoked_at"])


@dataclass(frozen=True)
class Credential:
    """What a presented token proves."""

    token_id: int
    user_id: int | None = None
    username: str = ""


def find_service_token(secret: str, *, plugin: str) -> Credential | None:
    rows = SERVICE_TOKENS.rows(digest=digest(secret), plugin=plugin)
    return Credential(*rows[0]) if rows else None


def find_personal_token(secret: str, *, plugin: str) -> Credential | None:
    """Find a token whose owner may still sign in."""
    rows = PERSONAL_TOKENS.rows(digest=digest(secret), plugin=plugin)
    return Credential(*rows[0]) if rows else None


SERVICE_TOKENS = CompiledQuery(
    lambda digest, plugin: (
        Token.objects.filter(digest=digest, plugin=plugin, user=None, revoked_at=None)
        .order_by()
        .values_list("id")
    )
)
PERSONAL_TOKENS = CompiledQuery(
    lambda digest, plugin: (
        Token.objects.filter(digest=digest, plugin=plugin, user__is_active=True, revoked_at=None)
        .order_by()
        .values_list("id", "user_id", "user__username")
    )
)
