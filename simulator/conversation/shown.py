"""Messages as people see them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from simulator.answer import TEXT_MAX
from simulator.conversation.models import Conversation, Message

SHOWN_MAX = 20_000
"""Characters of a call and of its answer that the page has."""


@dataclass(frozen=True)
class Shown:
    """A message, and the words that stand beside it."""

    message: Message
    plugin: str
    """The name under which the plugin was installed; "" where it is installed no more."""
    is_recorded: bool

    @property
    def facts(self) -> Mapping[str, Any]:
        facts: Mapping[str, Any] = self.message.facts
        return facts

    @property
    def arguments(self) -> str:
        return readable(str(self.facts.get("arguments", "")))[:SHOWN_MAX]

    @property
    def answer(self) -> str:
        return readable(self.message.text)[:SHOWN_MAX]

    @property
    def is_shortened(self) -> bool:
        return len(self.message.text) > SHOWN_MAX

    @property
    def is_done(self) -> bool:
        return "is_good" in self.facts

    @property
    def shown_max(self) -> int:
        return SHOWN_MAX

    @property
    def given_max(self) -> int:
        return TEXT_MAX

    @property
    def widget_url(self) -> str:
        if not self.facts.get("widget"):
            return ""
        return reverse("conversation:widget", args=[self.message.conversation.key, self.message.pk])


def shown(conversation: Conversation, *only: Message) -> list[Shown]:
    names = dict(conversation.plugins.values_list("pk", "name"))
    return [
        Shown(each, names.get(each.facts.get("plugin"), ""), conversation.is_tour)
        for each in only or conversation.messages.select_related("conversation")
        if each.role != Message.Role.MODEL or each.text or not each.calls
    ]


def readable(text: str) -> str:
    """Return JSON with its lines and indents, and any other text as it is."""
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text
