"""Rows of the database: by a statement in SQL, and some at a time."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, TypeVar

from django.db import connection, transaction

Row = TypeVar("Row")


def execute(sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Run a statement; return its rows, if it has any."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else []


@contextmanager
def by_index() -> Iterator[None]:
    """Have PostgreSQL find rows by an index, in one process.

    It takes it for cheap to match every row of a table with a question's words, which it is not.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic():
        execute("SET LOCAL enable_seqscan = off; SET LOCAL max_parallel_workers_per_gather = 0")
        yield


def batches(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    """Yield rows `size` at a time, the last ones fewer."""
    remaining = iter(rows)
    while some := list(islice(remaining, size)):
        yield some
