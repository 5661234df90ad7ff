"""What expires: each room says what it keeps no longer, and `manage.py tidy` removes it.

The setting EXPIRING names the functions that say so, each of which yields `Expiring`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.db.models import QuerySet

BATCH = 1000
"""Rows of one statement: nobody who writes is to wait long."""


@dataclass(frozen=True)
class Expiring:
    """One kind of thing that expires."""

    name: str
    """What an operator calls them, in the plural."""
    remove: Callable[[], int]
    """Removes from the database what expired, and returns how many there were."""


def expiring_rows(name: str, rows: "QuerySet[Any]") -> Expiring:
    """Return what a query finds, without a foreign key to it from elsewhere."""

    def remove() -> int:
        removed = 0
        while some := list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH]):
            removed += rows.model._default_manager.filter(pk__in=some).delete()[0]
        return removed

    return Expiring(name, remove)
