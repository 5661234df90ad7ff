"""What the simulator keeps of a person: what they installed and tried, and what they said."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from api.personal_data import Kept, kept_rows
from simulator.console.keeping import read
from simulator.encryption import UndecryptableError
from simulator.har import as_har
from simulator.masking import masked
from simulator.models import Attempt, Conversation, InstalledPlugin, Message

if TYPE_CHECKING:
    from django.db.models import QuerySet


def personal_data(person: Any) -> Iterator[Kept]:
    own = {"owner__id__exact": person.pk}
    yield kept_rows(
        InstalledPlugin.objects.filter(owner=person),
        *("name", "address", "kind", "scheme", "installed_at"),
        name="installed_plugins",
        one="installed plugin",
        many="installed plugins",
        query=own,
    )
    attempts = Attempt.objects.filter(owner=person)
    yield Kept(
        name="tried_plugins",
        one="plugin tried in the console",
        many="plugins tried in the console",
        count=attempts.count(),
        rows=lambda: tried(attempts),
    )
    conversations = Conversation.objects.filter(owner=person)
    yield Kept(
        name="conversations",
        one="conversation",
        many="conversations",
        count=conversations.count(),
        rows=lambda: said(conversations),
    )


def tried(attempts: "QuerySet[Attempt]") -> Iterator[dict[str, Any]]:
    """Return what was tried, with the requests that were made for it, secrets masked."""
    for attempt in attempts.iterator():
        try:
            requests = as_har(masked(read(each).exchange for each in attempt.trace))
        except UndecryptableError:
            requests = {"problem": "The key that this was encrypted with is gone."}
        yield {
            "name": attempt.name,
            "address": attempt.address,
            "touched_at": attempt.touched_at,
            "requests": requests,
        }


def said(conversations: "QuerySet[Conversation]") -> Iterator[dict[str, Any]]:
    for conversation in conversations.iterator():
        messages = Message.objects.filter(conversation=conversation)
        yield {
            "created_at": conversation.created_at,
            "messages": list(messages.values("role", "text", "calls", "facts", "at")),
        }
