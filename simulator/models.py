"""What was installed, for whom, and the secrets that it takes; and what led to it."""

import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import models

from simulator.conversation.models import Conversation, Message
from simulator.encryption import decrypted, encrypted
from simulator.fields import DocumentField

__all__ = ["Conversation", "InstalledPlugin", "Message"]


class InstalledPlugin(models.Model):
    """A plugin or MCP server as it was when it was installed."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="installed_plugins",
        help_text="Who installed it; nobody, where a command did.",
    )
    name = models.CharField(max_length=100, help_text="By which its owner calls it.")
    address = models.CharField(max_length=2000, help_text="Of its manifest, or its MCP server.")
    kind = models.CharField(max_length=20, help_text="plugin, or mcp.")
    manifest = DocumentField(help_text="What it says of itself.")
    document = DocumentField(help_text="Its OpenAPI document, or its tools.")
    scheme = models.CharField(max_length=20, help_text="How its calls authenticate.")
    details = DocumentField(default=dict, help_text="What its scheme remembers, no secret.")
    encrypted_secrets = models.TextField(editable=False)
    installed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="one_installation_per_name"),
            models.UniqueConstraint(
                fields=["name"], condition=models.Q(owner=None), name="one_ownerless_per_name"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def secrets(self) -> dict[str, Any]:
        """The scheme's secrets; raises UndecryptableError where the key is gone."""
        kept: dict[str, Any] = json.loads(decrypted(self.encrypted_secrets))
        return kept

    @secrets.setter
    def secrets(self, secrets: Mapping[str, Any]) -> None:
        self.encrypted_secrets = encrypted(json.dumps(dict(secrets)))


class Attempt(models.Model):
    """What one person does with one plugin in the console, before it is installed and after."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="plugin_attempts"
    )
    name = models.SlugField(max_length=100, help_text="By which its owner's pages call it.")
    address = models.CharField(max_length=2000, help_text="What was typed.")
    own = models.CharField(max_length=50, blank=True, help_text="Which of this site's own it is.")
    installed = models.OneToOneField(
        InstalledPlugin, models.SET_NULL, null=True, blank=True, related_name="attempt"
    )
    encrypted_progress = models.TextField(editable=False)
    encrypted_trace = models.TextField(editable=False)
    touched_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-touched_at"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="one_attempt_per_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def progress(self) -> dict[str, Any]:
        """How far it came, as JSON; raises UndecryptableError where the key is gone."""
        kept: dict[str, Any] = json.loads(decrypted(self.encrypted_progress))
        return kept

    @progress.setter
    def progress(self, progress: Mapping[str, Any]) -> None:
        self.encrypted_progress = encrypted(json.dumps(progress, default=str))

    @property
    def trace(self) -> list[Any]:
        """Its exchanges, with their secrets; raises UndecryptableError where the key is gone."""
        kept: list[Any] = json.loads(decrypted(self.encrypted_trace))
        return kept

    @trace.setter
    def trace(self, trace: list[Any]) -> None:
        self.encrypted_trace = encrypted(json.dumps(trace))
