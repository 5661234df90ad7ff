"""A person's attempts: where a new one begins, and when an old one ends."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import slugify

from api.expiry import Expiring, expiring_rows
from plugins.linter.checking import completed
from simulator.console.progress import Progress
from simulator.errors import StepError
from simulator.models import Attempt, InstalledPlugin

ATTEMPTS_MAX = 50
"""Of one person."""
ADDRESS_MAX = 2000
DAYS = 30
"""How long one is kept that led to no installation."""


def begin(owner: Any, address: str, *, own: str = "") -> Attempt:
    """Return a new attempt, under a name that is free; raises StepError."""
    clear(owner)
    if Attempt.objects.filter(owner=owner).count() >= ATTEMPTS_MAX:
        raise StepError(f"You have {ATTEMPTS_MAX} plugins here. Forget one of them first.")
    attempt = Attempt(owner=owner, name=free_name(owner, own or named(address)))
    attempt.address, attempt.own = address, own
    attempt.progress, attempt.trace = Progress().as_json(), []
    attempt.save()
    return attempt


def named(address: str) -> str:
    """Return a name for what stands at an address; raises StepError for what is none."""
    if not address.isprintable() or len(address) > ADDRESS_MAX:
        raise StepError(f"An address has {ADDRESS_MAX} characters at most, all of them in sight.")
    try:
        parts = urlsplit(completed(address))
        words = f"{parts.hostname or ''} {parts.path.replace('.well-known/ai-plugin.json', '')}"
    except ValueError as error:
        raise StepError(f"“{address}” is no address.") from error
    if not parts.hostname:
        raise StepError("Type the address of a plugin, or of an MCP server.")
    return slugify(words.replace(".", " ").replace("/", " "))[:60].strip("-") or "plugin"


def free_name(owner: Any, name: str) -> str:
    taken = set(Attempt.objects.filter(owner=owner).values_list("name", flat=True))
    taken |= set(InstalledPlugin.objects.filter(owner=owner).values_list("name", flat=True))
    names = (name, *(f"{name}-{number}" for number in range(2, 2 * ATTEMPTS_MAX)))
    return next(each for each in names if each not in taken)


def clear(owner: Any) -> None:
    """Delete what led to nothing, and was not touched for long."""
    abandoned().filter(owner=owner).delete()


def abandoned() -> QuerySet[Attempt]:
    before = timezone.now() - timedelta(days=DAYS)
    return Attempt.objects.filter(installed=None, touched_at__lt=before)


def expiring() -> Iterator[Expiring]:
    yield expiring_rows("abandoned attempts in the console", abandoned())
