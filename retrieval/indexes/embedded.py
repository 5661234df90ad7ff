"""Exact search in memory, over a matrix of the embeddings that are in the database.

Each process keeps the matrices it used last. A collection's version, which every query reads
anyway, tells whether the matrix is still right, so that one process sees what another wrote.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from threading import Lock

import numpy as np
from django.conf import settings
from django.db import connection
from numpy.typing import NDArray

from retrieval.filters import Filter
from retrieval.indexes.base import VectorIndex
from retrieval.models import Chunk, Collection, Vector

BATCH = 5_000  # rows
LOADS = 16  # collections that can be read at a time


@dataclass(frozen=True)
class Matrix:
    """The embeddings of a collection as they were at one version of it."""

    model: str
    version: int
    ids: NDArray[np.int64]  # (chunks,), ascending
    vectors: Vector  # (chunks, dimension)

    @property
    def bytes(self) -> int:
        return self.ids.nbytes + self.vectors.nbytes

    def nearest(self, vector: Vector, limit: int, among: NDArray[np.int64] | None) -> list[int]:
        scores = self.vectors @ vector
        ids = self.ids
        if among is not None:
            allowed = np.isin(ids, among)
            scores, ids = scores[allowed], ids[allowed]
        if len(ids) > limit:
            best = np.argpartition(scores, -limit)[-limit:]
            scores, ids = scores[best], ids[best]
        order: list[int] = ids[np.argsort(-scores, kind="stable")].tolist()
        return order


class EmbeddedIndex(VectorIndex):
    def __init__(self) -> None:
        self.matrices: OrderedDict[int, Matrix] = OrderedDict()  # the last used is last
        self.lock = Lock()
        self.loading = [Lock() for _ in range(LOADS)]

    def add(self, collection: Collection, chunks: Sequence[Chunk]) -> None:
        """Nothing to do: the embeddings are in the database."""

    def remove(self, collection: Collection, chunk_ids: Sequence[int]) -> None:
        """Nothing to do: they went with the chunks."""

    def nearest(
        self, collection: Collection, vector: Vector, *, limit: int, where: Filter
    ) -> list[int]:
        matrix = self.matrix(collection)
        among = None
        if where:
            documents = where.documents(collection)
            rows = Chunk.objects.filter(document__in=documents).order_by().values_list("id")
            among = np.fromiter((pk for (pk,) in rows.iterator(BATCH)), np.int64)
        return matrix.nearest(vector, limit, among)

    def matrix(self, collection: Collection) -> Matrix:
        """Return the matrix of the collection, at its version or a later one."""
        # One thread reads what the others wait for: each by itself would need the memory again.
        with self.loading[collection.pk % LOADS]:
            known = self.matrices.get(collection.pk)
            if known and known.model != collection.model:
                known = None
            if known and known.version >= collection.version:
                matrix = known
            else:
                matrix = load(collection, known)
            self.keep(collection.pk, matrix)
        return matrix

    def keep(self, pk: int, matrix: Matrix) -> None:
        """Keep a matrix in memory, and of the others those used last, as far as it goes."""
        with self.lock:
            self.matrices[pk] = matrix
            self.matrices.move_to_end(pk)
            while len(self.matrices) > 1 and self.bytes > settings.RETRIEVAL_CACHE_BYTES:
                self.matrices.popitem(last=False)

    @property
    def bytes(self) -> int:
        return sum(matrix.bytes for matrix in self.matrices.values())


def load(collection: Collection, known: Matrix | None) -> Matrix:
    """Read a collection's embeddings, only those that `known` lacks where that is enough.

    Ids rise in the order of the commits: writers of a collection wait for each other.
    """
    if known is None:
        ids, vectors = read(collection, after=0)
    else:
        last = int(known.ids[-1]) if len(known.ids) else 0
        ids, vectors = read(collection, after=last)
        kept_ids, kept_vectors = known.ids, known.vectors
        if known.version < collection.shrunk_at:
            alive = np.isin(kept_ids, read_ids(collection))
            kept_ids, kept_vectors = kept_ids[alive], kept_vectors[alive]
        ids = np.concatenate([kept_ids, ids])
        vectors = np.concatenate([kept_vectors, vectors])
    return Matrix(collection.model, collection.version, ids, vectors)


def read(collection: Collection, *, after: int) -> tuple[NDArray[np.int64], Vector]:
    """Return ids and embeddings of the chunks whose ids are greater than `after`."""
    width = collection.dimension or 1
    ids: list[int] = []
    parts: list[Vector] = [np.empty((0, width), np.float32)]
    rows = Chunk.objects.filter(collection=collection, id__gt=after).order_by("id")
    found = rows.values_list("id", "embedding").iterator(BATCH)
    while some := list(islice(found, BATCH)):
        ids += [pk for pk, _ in some]
        joined = b"".join(bytes(embedding) for _, embedding in some)
        parts.append(np.frombuffer(joined, "<f4").reshape(len(some), width))
    return np.array(ids, np.int64), np.concatenate(parts)


def read_ids(collection: Collection) -> NDArray[np.int64]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM retrieval_chunk WHERE collection_id = %s", [collection.pk])
        return np.array([pk for (pk,) in cursor.fetchall()], np.int64)
