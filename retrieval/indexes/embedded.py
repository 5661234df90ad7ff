"""Search in memory, over a matrix of the embeddings that are in the database.

Where few are in question, all are compared. Where many are, first the signs of their numbers are,
48 bytes for 384 numbers, and then those wholly that have the most signs in common.

Each process keeps the matrices it used last. A collection's version, which every query reads
anyway, tells whether the matrix is still right, so that one process sees what another wrote.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from retrieval.filters import Filter
from retrieval.indexes import VectorIndex
from retrieval.indexes.signs import Signs, likely, signs_of
from retrieval.models import Chunk, Collection, Vector
from retrieval.rows import batches

if TYPE_CHECKING:
    from django.db.models import QuerySet

BATCH = 5_000  # rows
FETCHED = 500  # rows of one statement that names them
LOADS = 16  # collections that can be read at a time
FEW = 20_000  # chunks; all of so many are compared in some milliseconds
LIKELY = 4_000  # chunks that are compared wholly, for their signs; more where more are wanted
TIMES = 40  # so many times what is wanted

Rows = TypeVar("Rows", Vector, Signs)


@dataclass(frozen=True)
class Matrix:
    """The embeddings of a collection as they were at one version of it."""

    model: str
    version: int
    ids: NDArray[np.int64]  # (chunks,)
    vectors: Vector  # (chunks, dimension)
    room: Vector  # (as many as fit, dimension): what the vectors are the beginning of
    signs: Signs
    signs_room: Signs

    @classmethod
    def empty(cls, collection: Collection) -> "Matrix":
        vectors = np.empty((0, collection.dimension or 1), np.float32)
        signs = signs_of(vectors)
        ids = np.empty(0, np.int64)
        return cls(collection.model, -1, ids, vectors, vectors, signs, signs)

    @property
    def bytes(self) -> int:
        return self.ids.nbytes + self.room.nbytes + self.signs_room.nbytes

    def nearest(self, vector: Vector, limit: int, among: NDArray[np.int64] | None) -> list[int]:
        places = None if among is None else np.flatnonzero(np.isin(self.ids, among))
        if len(self.ids if places is None else places) > FEW:
            places = likely(
                self.signs, signs_of(vector[None])[0], max(LIKELY, TIMES * limit), places
            )
        ids, vectors = self.ids, self.vectors
        if places is not None:
            ids, vectors = ids[places], vectors[places]
        scores = np.einsum("ij,j->i", vectors, vector)  # in this thread; BLAS has others, that spin
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

    def add(self, collection: Collection, chunks: Iterable[Chunk]) -> None:
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

    def load(self, collection: Collection) -> None:
        self.matrix(collection)

    def matrix(self, collection: Collection) -> Matrix:
        """Return the matrix of the collection, at its version or a later one.

        It is kept, and of the others those that were used last, as far as the memory goes.
        """
        pk = collection.pk
        # One thread reads what the others wait for: each by itself would need the memory again.
        with self.loading[pk % LOADS]:
            matrix = self.matrices.get(pk)
            if matrix is None or matrix.model != collection.model:
                matrix = Matrix.empty(collection)
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

    Ids rise in the order of the commits, for writers of a collection wait for each other; but
    where it was rearranged, all are compared.
    """
    chunks = Chunk.objects.filter(collection=collection)
    ids, vectors, room = known.ids, known.vectors, known.room
    signs, signs_room = known.signs, known.signs_room
    last = int(ids.max(initial=0))
    earlier: list[int] = []
    if len(ids) and known.version < collection.rearranged_at:
        there = keys(chunks)
        alive = np.isin(ids, there)
        earlier = np.setdiff1d(there[there < last], ids).tolist()
        if not alive.all():
            ids, vectors = ids[alive], vectors[alive]
            signs = np.asfortranarray(signs[alive])
            room, signs_room = vectors, signs
    embeddings = chunks.order_by("pk").values_list("pk", "embedding")
    found = chain(
        *(embeddings.filter(pk__in=some) for some in batches(earlier, FETCHED)),
        embeddings.filter(pk__gt=last).iterator(BATCH),
    )
    came: list[int] = []
    for some in batches(found, BATCH):
        came += [pk for pk, _ in some]
        joined = np.frombuffer(b"".join(embedding for _, embedding in some), "<f4")
        more = joined.reshape(len(some), -1)
        vectors, room = appended(vectors, more, room, collection.chunk_count)
        signs, signs_room = appended(signs, signs_of(more), signs_room, collection.chunk_count)
    ids = np.concatenate([ids, np.array(came, np.int64)])
    return Matrix(collection.model, collection.version, ids, vectors, room, signs, signs_room)


def appended(rows: Rows, more: Rows, room: Rows, at_least: int) -> tuple[Rows, Rows]:
    """Return rows with more of them at their end, and the room that they are in.

    They are copied when they have outgrown it, and then get a quarter more than they need, or
    room for as many as there will be. Who still reads the old ones never sees what is written
    behind them.
    """
    count = len(rows) + len(more)
    if count > len(room) or room.shape[1] != more.shape[1]:
        size = (max(count + count // 4, at_least), more.shape[1])
        # Bits are read by the column, numbers by the row.
        room = np.empty(size, more.dtype, order="F" if more.dtype == np.uint64 else "C")
        room[: len(rows)] = rows
    room[len(rows) : count] = more
    return room[:count], room


def keys(chunks: "QuerySet[Chunk]") -> NDArray[np.int64]:
    rows = chunks.order_by().values_list("pk")
    return np.fromiter((pk for (pk,) in rows.iterator(BATCH)), np.int64)
