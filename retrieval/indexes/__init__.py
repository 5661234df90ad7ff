"""What finds the chunks whose embeddings are nearest to a question's, as the settings choose."""

import logging
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from retrieval.exceptions import IndexAwayError
from retrieval.filters import Filter
from retrieval.models import Chunk, Collection, Vector

logger = logging.getLogger(__name__)

INDEXES = {
    "embedded": "retrieval.indexes.embedded.EmbeddedIndex",
    "pgvector": "retrieval.indexes.pgvector.PgvectorIndex",
    "lancedb": "retrieval.indexes.lancedb.LanceIndex",
    "haystack": "retrieval.indexes.haystack.HaystackIndex",
}


class VectorIndex(ABC):
    """An index over the chunks in the database, which alone decides what exists.

    Ids that an index returns of chunks that are not in the database (a process died between
    the two) are passed over, and scores are computed from the database's embeddings: an index
    may be late or approximate, never wrong.
    """

    @abstractmethod
    def add(self, collection: Collection, chunks: Iterable[Chunk]) -> None:
        """Take chunks in, before the transaction that makes them ends; their documents are set.

        What it raises undoes that transaction. Chunks that it knows already are replaced.
        """

    @abstractmethod
    def remove(self, collection: Collection, chunk_ids: Sequence[int]) -> None:
        """Forget chunks, after the transaction that deleted them has ended."""

    @abstractmethod
    def nearest(
        self, collection: Collection, vector: Vector, *, limit: int, where: Filter
    ) -> Sequence[int]:
        """Return the ids of the nearest chunks of the documents that the filter lets through."""

    def load(self, collection: Collection) -> None:  # noqa: B027
        """Read ahead what the first search of a collection needs."""

    def prepare(self) -> None:  # noqa: B027  (most need nothing)
        """Make what it needs in the database or service; called after `migrate`."""


@contextmanager
def answering() -> Iterator[None]:
    """Turn whatever a store's client raises into what the API answers with."""
    try:
        yield
    except Exception as error:
        logger.exception("The vector index did not answer")
        raise IndexAwayError from error


@cache
def vector_index() -> VectorIndex:
    index: VectorIndex = import_string(INDEXES[settings.RETRIEVAL_INDEX])()
    return index
