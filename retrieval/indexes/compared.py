"""What an index outside the database has to know of a chunk, so that filters hold there too.

Dates are whole microseconds: every store can order numbers, and some round fractions.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from retrieval.filters import CONDITIONS, Filter
from retrieval.models import Chunk, Collection

TYPES: dict[str, type[int | str]] = {
    "collection": int,
    **{column: int if column == "created_at" else str for column, _ in CONDITIONS.values()},
}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def compared(collection: Collection, chunk: Chunk) -> dict[str, Any]:
    """Return those of the columns that are known of a chunk's document, which is set."""
    document = chunk.document
    values = {"collection": collection.pk, "key": document.key, **document.metadata.known()}
    return {column: comparable(values[column]) for column in TYPES if column in values}


def conditions(collection: Collection, where: Filter) -> Iterator[tuple[str, str, Any]]:
    """Yield the columns that are compared, Django's lookup for it, and with what."""
    yield "collection", "exact", collection.pk
    for column, lookup, value in where.conditions():
        yield column, lookup, comparable(value)


def comparable(value: Any) -> Any:
    return (value - EPOCH) // timedelta(microseconds=1) if isinstance(value, datetime) else value
