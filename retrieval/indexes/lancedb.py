"""LanceDB, a vector database that is files in a folder, or in an object store.

Compares all vectors that pass the filter: exact, and made for what does not fit into memory.
"""

import logging
from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from retrieval.filters import Filter
from retrieval.indexes import VectorIndex, answering
from retrieval.indexes.compared import TYPES, compared, conditions
from retrieval.models import Chunk, Collection, Vector

logger = logging.getLogger(__name__)

OPERATORS = {"exact": "=", "gte": ">=", "lte": "<="}
WRITES = 100  # each leaves files of its own; after so many they are put together
READ_FOR = timedelta(hours=1)  # how long a process may still read what was put together


class LanceIndex(VectorIndex):
    def __init__(self) -> None:
        try:
            import lancedb
        except ImportError as error:
            raise ImproperlyConfigured(
                "RETRIEVAL_INDEX=lancedb needs the package 'lancedb': install it with pip."
            ) from error
        self.database = lancedb.connect(
            settings.RETRIEVAL_INDEX_PATH,
            read_consistency_interval=timedelta(0),  # what another process wrote is seen at once
        )
        self.table = cache(self.opened)

    def opened(self, dimension: int) -> Any:
        """Return the table of vectors of one length; made if need be."""
        name = f"vectors_{dimension}"
        return self.database.create_table(name, schema=schema(dimension), exist_ok=True)

    def add(self, collection: Collection, chunks: Iterable[Chunk]) -> None:
        import pyarrow

        rows = [
            {"id": chunk.pk, "vector": chunk.vector, **compared(collection, chunk)}
            for chunk in chunks
        ]
        if not rows:
            return
        made = pyarrow.Table.from_pylist(rows, schema=schema(collection.dimension))
        with answering():
            table = self.table(collection.dimension)
            merge = table.merge_insert("id").when_matched_update_all()
            merge.when_not_matched_insert_all().execute(made)
        if table.version % WRITES == 0:
            tidy(table)

    def remove(self, collection: Collection, chunk_ids: Sequence[int]) -> None:
        if chunk_ids:
            table = self.table(collection.dimension)
            table.delete(f"id IN ({', '.join(str(int(pk)) for pk in chunk_ids)})")

    def nearest(
        self, collection: Collection, vector: Vector, *, limit: int, where: Filter
    ) -> list[int]:
        with answering():
            search = self.table(collection.dimension).search(vector).distance_type("cosine")
            search = search.where(restriction(collection, where), prefilter=True)
            found = search.select(["id", "_distance"]).limit(limit).to_arrow()
        ids: list[int] = found["id"].to_pylist()
        return ids


def tidy(table: Any) -> None:
    try:
        table.optimize(cleanup_older_than=READ_FOR)
    except (OSError, RuntimeError):  # another process does it; what was written is written
        logger.info("The files of %s were not put together", table.name, exc_info=True)


def schema(dimension: int) -> Any:
    import pyarrow

    types = {int: pyarrow.int64(), str: pyarrow.string()}
    columns = {"id": types[int], "vector": pyarrow.list_(pyarrow.float32(), dimension)}
    return pyarrow.schema(columns | {name: types[kind] for name, kind in TYPES.items()})


def restriction(collection: Collection, where: Filter) -> str:
    """Say a filter in LanceDB's SQL."""
    return " AND ".join(
        f"{column} {OPERATORS[lookup]} {literal(value)}"
        for column, lookup, value in conditions(collection, where)
    )


def literal(value: str | int) -> str:
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"
