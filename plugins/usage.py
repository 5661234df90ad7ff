"""Counts the calls of every plugin's API, whichever way they came, for the operator."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from api.expiry import Expiring, expiring_rows
from api.notes import Tally, writer
from plugins.models import Usage

KEPT_DAYS = 400

METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"))
REFUSED = frozenset((401, 403, 429))

UPSERT = """
    INSERT INTO plugins_usage (day, plugin, operation, outcome, number, last_at)
    VALUES (%s, %s, %s, %s, %s, %s)
    ON CONFLICT (day, plugin, operation, outcome)
    DO UPDATE SET number = plugins_usage.number + excluded.number, last_at = excluded.last_at
"""

calls = Tally()
unwritten: Counter[tuple[str, str, str]] = Counter()
"""What could not be written, by plugin, operation and outcome."""


def count_call(plugin: str, route: str | None, method: str | None, status: int) -> None:
    """Count one call: a note in memory, and nothing else."""
    # What a client may make up is not counted apart: there would be no end of it.
    calls.add((plugin, route, method if method in METHODS else "OTHER", status))


def operation_name(method: str | None, route: str | None) -> str:
    """Return what an operation is counted as: its method and route."""
    return f"{method if method in METHODS else 'OTHER'} {route or '?'}"[:100]


def outcome(status: int) -> str:
    if status < 400:
        return "done"
    if status in REFUSED:
        return "refused"
    return "wrong" if status < 500 else "failed"


def write_usage() -> None:
    for (plugin, route, method, status), number in calls.take().items():
        unwritten[plugin, operation_name(method, route), outcome(status)] += number
    if not unwritten:
        return
    now = timezone.now()
    with transaction.atomic():
        # In one order: two processes must not hold what the other one waits for.
        rows = [(now.date(), *key, number, now) for key, number in sorted(unwritten.items())]
        with connection.cursor() as cursor:
            cursor.executemany(UPSERT, [adapted(row) for row in rows])
    unwritten.clear()
    forget(now)


def adapted(row: tuple[Any, ...]) -> list[Any]:
    """Return values as the database's driver takes them."""
    return [
        field.get_db_prep_save(value, connection)
        for field, value in zip(Usage._meta.concrete_fields[1:], row, strict=True)
    ]


def forget(now: datetime) -> None:
    """Delete what is old; a day begins with it."""
    oldest = now.date() - timedelta(days=KEPT_DAYS)
    if forgotten.get("until") != oldest:
        Usage.objects.filter(day__lt=oldest).delete()
        forgotten["until"] = oldest


def expiring() -> Iterator[Expiring]:
    oldest = timezone.now().date() - timedelta(days=KEPT_DAYS)
    yield expiring_rows("counts of calls", Usage.objects.filter(day__lt=oldest))


forgotten: dict[str, object] = {}

writer.functions.append(write_usage)
