"""Bearer tokens handed out by hand, to services and people; and what people agreed to (OAuth)."""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.crypto import get_random_string
from oauth2_provider.models import AccessToken, RefreshToken
from oauth2_provider.settings import oauth2_settings

from api.cache import cache
from api.normalization import free_name
from oauth_demo.revocation import end_access


def digest(secret: str) -> str:
    """Return the SHA-256 of a secret, in hexadecimal.

    The secrets are random and long, so a slow password hash would add nothing. Looking one
    up by its digest gives nothing away in time either: nobody can choose a digest.
    """
    return hashlib.sha256(secret.encode()).hexdigest()


NAME_TAKEN = (
    "There is a token of that name for this plugin already. Choose another name, or revoke it."
)


class TokenManager(models.Manager["Token"]):
    def issue(
        self,
        *,
        plugin: str,
        name: str,
        user: Any = None,
        secret: str | None = None,
        days: int | None = None,
    ) -> tuple["Token", str]:
        """Make a token for a service, or for a person when `user` is given.

        It expires after so many `days`, or never. Returns it with its secret, which cannot be had
        again. Raises ValidationError: its name is one of a live token's, or none.
        """
        # Letters and digits alone, 256 bits: a shell takes what begins with a hyphen for an option.
        secret = secret or get_random_string(43)
        expires_at = timezone.now() + timedelta(days=days) if days else None
        token = self.model(
            plugin=plugin, name=name, user=user, digest=digest(secret), expires_at=expires_at
        )
        token.clean_fields()
        token.validate_constraints()
        try:
            with transaction.atomic():
                token.save()
        except IntegrityError as error:  # another of that name was made meanwhile
            raise ValidationError(NAME_TAKEN) from error
        return token, secret

    def live(self) -> "models.QuerySet[Token]":
        """Return those that open something."""
        unexpired = models.Q(expires_at=None) | models.Q(expires_at__gt=timezone.now())
        return self.filter(unexpired, revoked_at=None)

    def revoke_all(self, user: Any) -> None:
        """End every token of a person at once, for good."""
        self.filter(user=user, revoked_at=None).update(revoked_at=timezone.now())

    def free_name(self, name: str, *, plugin: str, user: Any = None) -> str:
        """Return a name that no live token has: this one, or this with a number."""
        live = self.filter(plugin=plugin, user=user, revoked_at=None)
        return free_name(name, lambda free: live.filter(name=free).exists(), longest=100)


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
    expires_at = models.DateTimeField(
        null=True, blank=True, help_text="From then on it opens nothing; empty: no end."
    )
    last_used_at = models.DateTimeField(
        null=True, editable=False, help_text="Noted about once a minute."
    )
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = TokenManager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["plugin", "user", "name"],
                condition=models.Q(revoked_at=None),
                name="one_token_of_a_name",
                violation_error_message=NAME_TAKEN,
            ),
            models.UniqueConstraint(
                fields=["plugin", "name"],
                condition=models.Q(user=None, revoked_at=None),
                name="one_service_token_of_a_name",
                violation_error_message=NAME_TAKEN,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.plugin})"

    @property
    def state(self) -> str:
        """Whether it opens anything, in a word."""
        if self.revoked_at:
            return "revoked"
        return "expired" if self.expires_at and self.expires_at <= timezone.now() else "live"

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
        """Whether the client has a refresh token that is alive, or an access token without one."""
        idle = timedelta(seconds=oauth2_settings.REFRESH_TOKEN_EXPIRE_SECONDS)
        theirs = {
            "user": self.user_id,
            "application": self.application_id,
            "resource": [audience(self.plugin)],
        }
        alive = RefreshToken.objects.filter(
            **theirs, revoked=None, access_token__expires__gt=timezone.now() - idle
        )
        lent = AccessToken.objects.filter(**theirs, expires__gt=timezone.now())
        return bool(alive.exists() or lent.exists())

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
