"""Exact search in memory, over a matrix of the embeddings that are in the database.

Each process keeps the matrices it used last. A collection's version, which every query reads
anyway, tells whether the matrix is still right, so that one process sees what another wrote.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from retrieval.filters import Filter
from retrieval.indexes import VectorIndex
from retrieval.models import Chunk, Collection, Vector
from retrieval.rows import batches

if TYPE_CHECKING:
    from django.db.models import QuerySet

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
            among = keys(Chunk.objects.filter(document__in=where.documents(collection)))
        return matrix.nearest(vector, limit, among)

    def matrix(self, collection: Collection) -> Matrix:
        """Return the matrix of the collection, at its version or a later one.

        It is kept, and of the others those that were used last, as far as the memory goes.
        """
        pk = collection.pk
        # One thread reads what the others wait for: each by itself would need the memory again.
        with self.loading[pk % LOADS]:
            matrix = self.matrices.get(pk)
            if matrix is None or matrix.model != collection.model:
                none = np.empty((0, collection.dimension or 1), np.float32)
                matrix = Matrix(collection.model, -1, np.empty(0, np.int64), none)
            if matrix.version < collection.version:
                matrix = load(collection, matrix)
            with self.lock:
                self.matrices[pk] = matrix
                self.matrices.move_to_end(pk)
                while len(self.matrices) > 1 and self.bytes > settings.RETRIEVAL_CACHE_BYTES:
                    self.matrices.popitem(last=False)
        return matrix

    @property
    def bytes(self) -> int:
        return sum(matrix.bytes for matrix in self.matrices.values())


def load(collection: Collection, known: Matrix) -> Matrix:
    """Read those of a collection's embeddings that are not known, and leave out those that went.

    Ids rise in the order of the commits: writers of a collection wait for each other.
    """
    last = int(known.ids[-1]) if len(known.ids) else 0
    chunks = Chunk.objects.filter(collection=collection)
    found = chunks.filter(pk__gt=last).order_by("pk").values_list("pk", "embedding")
    ids, vectors = [known.ids], [known.vectors]
    for some in batches(found.iterator(BATCH), BATCH):
        ids.append(np.array([pk for pk, _ in some], np.int64))
        joined = b"".join(embedding for _, embedding in some)
        vectors.append(np.frombuffer(joined, "<f4").reshape(len(some), -1))
    if len(known.ids) and known.version < collection.shrunk_at:
        alive = np.isin(known.ids, keys(chunks))
        ids[0], vectors[0] = known.ids[alive], known.vectors[alive]
    version = collection.version
    return Matrix(collection.model, version, np.concatenate(ids), np.concatenate(vectors))


def keys(chunks: "QuerySet[Chunk]") -> NDArray[np.int64]:
    rows = chunks.order_by().values_list("pk")
    return np.fromiter((pk for (pk,) in rows.iterator(BATCH)), np.int64)
