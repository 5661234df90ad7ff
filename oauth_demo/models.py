"""Bearer tokens handed out by hand, to services and people; and what people agreed to (OAuth)."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from oauth2_provider.models import RefreshToken
from oauth2_provider.settings import oauth2_settings

from api.cache import cache
from oauth_demo.revocation import end_access


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


def audience(plugin: str) -> str:
    """Return the name under which codes and tokens are kept for a plugin (RFC 8707).

    A plugin answers at several URLs; this stands for all of them.
    """
    return f"plugin://{plugin}"


class Consent(models.Model):
    """What a person agreed that a client may do for them in one plugin."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="consents")
    application = models.ForeignKey(
        settings.OAUTH2_PROVIDER_APPLICATION_MODEL, models.CASCADE, related_name="consents"
    )
    plugin = models.CharField(max_length=50)
    scope = models.TextField(help_text="Scopes, separated by spaces.")
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(
        null=True, editable=False, help_text="When the client was last given a token."
    )

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "application", "plugin"], name="one_consent_per_client"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} to {self.application} ({self.plugin})"

    @property
    def scopes(self) -> set[str]:
        return set(self.scope.split())

    @property
    def holds_access(self) -> bool:
        """Whether the client has a refresh token that is alive."""
        idle = timedelta(seconds=oauth2_settings.REFRESH_TOKEN_EXPIRE_SECONDS)
        alive = RefreshToken.objects.filter(
            user=self.user_id,
            application=self.application_id,
            resource=[audience(self.plugin)],
            revoked=None,
            access_token__expires__gt=timezone.now() - idle,
        )
        return bool(alive.exists())

    @property
    def last_used(self) -> datetime | None:
        """When the client last called, or was given a token; that is at most a token's life ago.

        Calls are noted in the cache alone, so that none costs a query; what the cache forgets,
        the next refresh knows again.
        """
        called: datetime | None = cache.get(last_used_key(self.user_id, self.application_id))
        return max(filter(None, (called, self.last_used_at)), default=None)

    def widen(self, scopes: Iterable[str]) -> None:
        self.scope = " ".join(sorted(self.scopes | set(scopes)))
        self.save()

    @transaction.atomic
    def end(self) -> None:
        """Take the client's access away at once: its codes, its tokens, and what was agreed."""
        end_access(user=self.user, application=self.application, resource=[audience(self.plugin)])
        self.delete()

    @staticmethod
    def note_use(user_id: int, application_id: int) -> None:
        """Note a call, once a minute in each process: each would cost as much as a query."""
        key = last_used_key(user_id, application_id)
        if key in NOTED and monotonic() < NOTED[key] + NOTE_SECONDS:
            return
        if len(NOTED) >= NOTED_MAX:
            NOTED.clear()
        NOTED[key] = monotonic()
        cache.set(key, timezone.now(), oauth2_settings.REFRESH_TOKEN_EXPIRE_SECONDS)


NOTE_SECONDS = 60
NOTED_MAX = 10_000
NOTED: dict[str, float] = {}
"""When this process last noted whose use, by the clock that `monotonic` reads."""


def last_used_key(user_id: int, application_id: int) -> str:
    return f"oauth_last_used_{user_id}_{application_id}"
