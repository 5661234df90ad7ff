"""How search scales: python -m benchmarks.retrieval_scale [SIZE …], with and without a filter.

Chunks and questions are made up: points around a few hundred centres, as texts lie around
subjects, with words by Zipf's law. What is timed is the whole search but for embedding the
question, which does not depend on the size (it is timed by itself). Recall is measured against
an exact comparison of all vectors; "index" is what the vector index alone takes. With DATABASE_URL
at a PostgreSQL, and RETRIEVAL_INDEX=pgvector, it measures that one; its index is made when a large
collection is filled, as pgvector's documentation recommends.
"""

import os
import resource
import statistics
import sys
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.measuring import own_site, table_row, timed

if TYPE_CHECKING:
    from retrieval.datastore import Datastore
    from retrieval.filters import Filter
    from retrieval.models import Vector

SIZES = (1_000, 10_000, 100_000)  # chunks
BATCH = 2_000
CENTRES, DIMENSION, SPREAD = 300, 384, 0.9
WORDS, A_CHUNK = 20_000, 80
TEXTS = 10_000  # different passages; after so many they come again, with other embeddings
LARGE, MORE = 500_000, 100  # chunks
QUESTIONS, TOP = 40, 10
AUTHORS = 10  # a filter by one lets a tenth through

CHANCE = np.random.default_rng(1)
MIDDLES = CHANCE.standard_normal((CENTRES, DIMENSION))


def points(count: int) -> "Vector":
    """Return unit vectors around the centres."""
    made = MIDDLES[CHANCE.integers(CENTRES, size=count)]
    made = made + SPREAD * CHANCE.standard_normal((count, DIMENSION))
    vectors: Vector = made / np.linalg.norm(made, axis=1, keepdims=True)
    return vectors.astype(np.float32)


def words(count: int) -> str:
    return " ".join(f"w{min(int(n), WORDS)}" for n in CHANCE.zipf(1.3, count))


def fill(store: "Datastore", count: int, first: int = 0) -> None:
    from django.db import transaction

    from retrieval import passages
    from retrieval.chunking import Passage
    from retrieval.datastore import NewDocument
    from retrieval.metadata import Metadata
    from retrieval.passages import ReadyPassage
    from retrieval.terms import terms

    texts = [words(A_CHUNK) for _ in range(min(count, TEXTS))]
    passages.terms = cache(terms)  # type: ignore[attr-defined]  # it takes them by that name
    for start in range(first, first + count, BATCH):
        some = [
            NewDocument(
                id=f"d{n}",
                text=texts[n % len(texts)],
                metadata=Metadata(author=f"author{n % AUTHORS}"),
            )
            for n in range(start, min(start + BATCH, first + count))
        ]
        vectors = points(len(some))
        ready = [
            [ReadyPassage.of(Passage(document.text, document.text, ""), vector)]
            for document, vector in zip(some, vectors, strict=True)
        ]
        with transaction.atomic():
            store.replace(some, ready)


def fill_at_once(store: "Datastore", count: int) -> None:
    """Fill a store, whose index is made afterwards where that is the way for so many."""
    from django.conf import settings

    from retrieval.indexes.pgvector import table
    from retrieval.loading import refresh_statistics
    from retrieval.rows import execute

    name = table(DIMENSION)
    afterwards = settings.RETRIEVAL_INDEX == "pgvector" and count >= LARGE
    if afterwards:
        execute(f"DROP INDEX {name}_hnsw")
    fill(store, count)
    if afterwards:
        execute("SET maintenance_work_mem = '4GB'")
        execute(f"CREATE INDEX {name}_hnsw ON {name} USING hnsw (embedding vector_cosine_ops)")
    refresh_statistics()  # as load_documents does


def load(store: "Datastore") -> None:
    """Read what a process that has just started does before its first search."""
    from retrieval.indexes import vector_index

    vector_index.cache_clear()
    collection = store.collection()
    assert collection is not None
    vector_index().load(collection)


def measure(store: "Datastore", where: "Filter") -> tuple[float, float, float, float]:
    """Return median milliseconds of a search and of its index, the most MiB so far, and recall."""
    from retrieval.embeddings import embedder
    from retrieval.indexes import vector_index
    from retrieval.search import POOL, search

    def look_up(point: "Vector") -> None:
        collection = store.collection()
        assert collection is not None
        vector_index().nearest(collection, point, limit=POOL, where=where)

    def ask(text: str, point: "Vector") -> None:
        collection = store.collection()  # as every call does
        assert collection is not None
        search(collection, text, point, model=embedder(), where=where)

    questions = [(words(6), point) for point in points(QUESTIONS + 1)]
    times = [timed(ask, text, point)[1] for text, point in questions]
    alone = [timed(look_up, point)[1] for _, point in questions]
    mebibytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    recall = recall_of(store, np.array([point for _, point in questions[:20]]), where)
    return statistics.median(times[1:]), statistics.median(alone[1:]), mebibytes, recall


def recall_of(store: "Datastore", asked: "Vector", where: "Filter") -> float:
    """Return the share of the truly nearest that the index finds."""
    from retrieval.indexes import vector_index
    from retrieval.models import Chunk
    from retrieval.rows import batches

    collection = store.collection()
    assert collection is not None
    best: list[list[tuple[float, int]]] = [[] for _ in asked]
    rows = Chunk.objects.filter(document__in=where.documents(collection)).order_by()
    embeddings = rows.values_list("id", "embedding").iterator(BATCH)
    for some in batches(embeddings, BATCH):
        joined = np.frombuffer(b"".join(embedding for _, embedding in some), "<f4")
        scores = joined.reshape(len(some), -1) @ asked.T
        for n, column in enumerate(scores.T):
            first = np.argsort(-column)[:TOP]
            best[n] = sorted([*best[n], *((float(column[k]), some[k][0]) for k in first)])[-TOP:]
    found = [vector_index().nearest(collection, point, limit=TOP, where=where) for point in asked]
    shares = [len({pk for _, pk in b} & set(f)) / TOP for b, f in zip(best, found, strict=True)]
    return statistics.mean(shares)


def main() -> None:
    os.environ.setdefault("RETRIEVAL_MAX_COLLECTION_CHUNKS", "2000000")
    with own_site():
        from django.conf import settings

        from retrieval.datastore import Datastore
        from retrieval.embeddings import embedder
        from retrieval.filters import EVERYTHING, Filter
        from retrieval.models import Collection

        question = ["What did Ann say about the budget of the library?"]
        each = statistics.mean([timed(embedder().embed, question)[1] for _ in range(51)][1:])
        print(f"\nIndex: {settings.RETRIEVAL_INDEX}; embedding a question: {each:.1f} ms\n")
        print(
            "| chunks | p50, ms | × | filtered, ms | × | index, ms | filtered | "
            "recall@10 | filtered | MiB |"
        )
        print("|---|---|---|---|---|---|---|---|---|---|")
        first: tuple[float, float] | None = None
        for size in map(int, sys.argv[1:] or SIZES):
            store = Datastore("benchmark", str(size))
            filling = timed(fill_at_once, store, size)[1]
            loading = timed(load, store)[1]
            plain, alone, mebibytes, recall = measure(store, EVERYTHING)
            some, some_alone, _, some_recall = measure(store, Filter(author="author3"))
            first = first or (plain, some)
            times = (plain, plain / first[0], some, some / first[1], alone, some_alone)
            cells = [*(f"{ms:.1f}" for ms in times), f"{recall:.3f}", f"{some_recall:.3f}"]
            print(table_row(f"{size:,}", *cells, f"{mebibytes:.0f}"), flush=True)
            more = timed(fill, store, MORE, size)[1]
            print(
                f"{size:,} written in {filling / 1000:.0f} s, {MORE} more in {more:.0f} ms, "
                f"read by a new process in {loading / 1000:.1f} s",
                file=sys.stderr,
            )
        Collection.objects.filter(store="benchmark").delete()


if __name__ == "__main__":
    main()
