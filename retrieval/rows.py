"""Rows of the database: by a statement in SQL, and some at a time."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from django.db import connection

Row = TypeVar("Row")


def execute(sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Run a statement; return its rows, if it has any."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else []


def batches(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    """Yield rows `size` at a time, the last ones fewer."""
    remaining = iter(rows)
    while some := list(islice(remaining, size)):
        yield some
