"""Conversations, and what was said in them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from simulator.fields import DocumentField

BUSY = timedelta(minutes=6)
"""After this without a sign, whoever was answering is taken to have been stopped."""


class Conversation(models.Model):
    """One person's talk with a model, about plugins that they installed."""

    key = models.UUIDField(default=uuid4, unique=True, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="conversations",
        help_text="Whose it is; nobody's, where a command has it.",
    )
    plugins = models.ManyToManyField("simulator.InstalledPlugin", related_name="conversations")
    is_tour = models.BooleanField(default=False, help_text="Whether a script asks, and no model.")
    allowed = DocumentField(default=list, help_text="What may be called without asking again.")
    problem = models.TextField(blank=True, help_text="Why the last answer is not complete.")
    busy_until = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        first = self.messages.filter(role=Message.Role.PERSON).first()
        return first.text[:80] if first else "Nothing said yet"

    def claim(self) -> bool:
        """Say whether it is ours to answer: one answer at a time."""
        now = timezone.now()
        free = Q(busy_until=None) | Q(busy_until__lt=now)
        ours = Conversation.objects.filter(free, pk=self.pk).update(busy_until=now + BUSY)
        return ours == 1

    def hold(self) -> bool:
        """Give a sign that it is still being answered; say whether it is still there."""
        ours = Conversation.objects.filter(pk=self.pk)
        return ours.update(busy_until=timezone.now() + BUSY) == 1

    def release(self) -> None:
        Conversation.objects.filter(pk=self.pk).update(busy_until=None)

    def say(self, role: str, text: str, **more: Any) -> "Message":
        return self.messages.create(role=role, text=text, **more)

    def outstanding(self) -> list[Mapping[str, str]]:
        """Return the calls that the model wants and that have no answer, in its order."""
        last = self.messages.filter(role=Message.Role.MODEL).last()
        if last is None:
            return []
        wanted: list[Mapping[str, str]] = last.calls
        ids = [each["id"] for each in wanted]
        done = set(self.messages.filter(call_id__in=ids).values_list("call_id", flat=True))
        return [each for each in wanted if each["id"] not in done]

    def is_allowed(self, plugin: int, operation: str) -> bool:
        return [plugin, operation] in self.allowed


class Message(models.Model):
    """One thing that was said, called or answered."""

    class Role(models.TextChoices):
        PERSON = "user"
        MODEL = "assistant"
        TOOL = "tool"
        WIDGET = "widget"

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="messages")
    role = models.CharField(max_length=10, choices=Role.choices)
    text = models.TextField(blank=True, help_text="As the model has it.")
    calls = DocumentField(default=list, help_text="What the model wants to call.")
    call_id = models.CharField(max_length=64, null=True, blank=True, help_text="What it answers.")  # noqa: DJ001  (unique)
    facts = DocumentField(default=dict, help_text="What people see beside the text.")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "call_id"], name="one_answer_to_each_call"
            )
        ]

    def __str__(self) -> str:
        return f"{self.role}: {self.text[:80]}"
