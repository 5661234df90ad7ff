"""How search scales: 1,000, 10,000 and 100,000 chunks, with and without a filter, in one run.

Chunks and questions are made up: points around a few hundred centres, as texts lie around
subjects, with words by Zipf's law. What is timed is the whole search but for embedding the
question, which does not depend on the size (it is timed by itself). Recall is measured against
an exact comparison of all vectors. With DATABASE_URL at a PostgreSQL, and RETRIEVAL_INDEX=pgvector,
it measures that one.
"""

import resource
import statistics
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


def fill(store: "Datastore", count: int) -> None:
    from django.db import transaction

    from retrieval.chunking import Passage
    from retrieval.datastore import NewDocument
    from retrieval.loading import refresh_statistics
    from retrieval.metadata import Metadata

    for start in range(0, count, BATCH):
        some = [
            NewDocument(
                id=f"d{n}",
                text=words(A_CHUNK),
                metadata=Metadata(author=f"author{n % AUTHORS}"),
            )
            for n in range(start, min(start + BATCH, count))
        ]
        cut = [[Passage(document.text, document.text)] for document in some]
        with transaction.atomic():
            store.replace(some, cut, points(len(some)))
    refresh_statistics()  # as load_documents does


def measure(store: "Datastore", where: "Filter") -> tuple[float, float, float]:
    """Return the median milliseconds of a search, the most MiB taken up so far, and the recall."""
    from retrieval.search import search

    def ask(text: str, point: "Vector") -> None:
        collection = store.collection()  # as every call does
        assert collection is not None
        search(collection, text, point, where=where)

    questions = [(words(6), point) for point in points(QUESTIONS + 1)]
    times = [timed(ask, text, point)[1] for text, point in questions]
    mebibytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    recall = statistics.mean(recall_of(store, point, where) for _, point in questions[:20])
    return statistics.median(times[1:]), mebibytes, recall


def recall_of(store: "Datastore", point: "Vector", where: "Filter") -> float:
    """Return the share of the truly nearest that the index finds."""
    from retrieval.indexes import vector_index
    from retrieval.models import Chunk

    collection = store.collection()
    assert collection is not None
    scores: list[tuple[float, int]] = []
    rows = Chunk.objects.filter(document__in=where.documents(collection)).order_by()
    for pk, embedding in rows.values_list("id", "embedding").iterator(BATCH):
        scores.append((float(np.frombuffer(bytes(embedding), "<f4") @ point), pk))
    exact = {pk for _, pk in sorted(scores, reverse=True)[:TOP]}
    found = vector_index().nearest(collection, point, limit=TOP, where=where)
    return len(exact & set(found)) / TOP


def main() -> None:
    with own_site():
        from django.conf import settings

        from retrieval.datastore import Datastore
        from retrieval.embeddings import embedder
        from retrieval.filters import EVERYTHING, Filter
        from retrieval.models import Collection

        question = ["What did Ann say about the budget of the library?"]
        each = statistics.mean([timed(embedder().embed, question)[1] for _ in range(51)][1:])
        print(f"\nIndex: {settings.RETRIEVAL_INDEX}; embedding a question: {each:.1f} ms\n")
        print("| chunks | p50, ms | × | filtered, ms | × | recall@10 | filtered | MiB |")
        print("|---|---|---|---|---|---|---|---|")
        first: tuple[float, float] | None = None
        for size in SIZES:
            store = Datastore("benchmark", str(size))
            fill(store, size)
            plain, mebibytes, recall = measure(store, EVERYTHING)
            some, _, some_recall = measure(store, Filter(author="author3"))
            first = first or (plain, some)
            times = [f"{ms:.1f}" for ms in (plain, plain / first[0], some, some / first[1])]
            recalls = [f"{recall:.3f}", f"{some_recall:.3f}"]
            print(table_row(f"{size:,}", *times, *recalls, f"{mebibytes:.0f}"), flush=True)
        Collection.objects.filter(store="benchmark").delete()


if __name__ == "__main__":
    main()
