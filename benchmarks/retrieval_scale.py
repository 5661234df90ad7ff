"""How search scales: 1,000, 10,000 and 100,000 chunks, with and without a filter, in one run.

Chunks and questions are made up: points around a few hundred centres, as texts lie around
subjects, with words by Zipf's law. What is timed is the whole search but for embedding the
question, which does not depend on the size (it is timed by itself). Recall is measured against
an exact comparison of all vectors. With DATABASE_URL at a PostgreSQL, and RETRIEVAL_INDEX=pgvector,
it measures that one.
"""

import os
import resource
import secrets
import statistics
import tempfile
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

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


@dataclass(frozen=True)
class Figures:
    milliseconds: float
    """The median of a search."""
    megabytes: float
    """The most that this process has taken up so far."""
    recall: float


def measure(store: "Datastore", where: "Filter") -> Figures:
    from retrieval.search import search

    questions = [(words(6), point) for point in points(QUESTIONS + 1)]
    times = []
    for text, point in questions:
        started = time.perf_counter()
        collection = store.collection()  # as every call does
        assert collection is not None
        search(collection, text, point, where=where)
        times.append((time.perf_counter() - started) * 1000)
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    recall = statistics.mean(recall_of(store, point, where) for _, point in questions[:20])
    return Figures(statistics.median(times[1:]), megabytes, recall)


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
    with tempfile.TemporaryDirectory() as directory:
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        os.environ["SECRET_KEY"] = secrets.token_urlsafe(50)  # as in production
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{directory}/db.sqlite3")
        import django

        django.setup()
        from django.conf import settings
        from django.core.management import call_command

        from retrieval.datastore import Datastore
        from retrieval.embeddings import embedder
        from retrieval.filters import EVERYTHING, Filter
        from retrieval.models import Collection

        call_command("migrate", verbosity=0)
        embedder().embed(["warm"])
        started = time.perf_counter()
        for _ in range(50):
            embedder().embed(["What did Ann say about the budget of the library?"])
        each = (time.perf_counter() - started) / 50 * 1000
        print(f"\nIndex: {settings.RETRIEVAL_INDEX}; embedding a question: {each:.1f} ms\n")
        print("| chunks | p50, ms | × | filtered, ms | × | recall@10 | filtered | MiB |")
        print("|---|---|---|---|---|---|---|---|")
        first: tuple[float, float] | None = None
        for size in SIZES:
            store = Datastore("benchmark", str(size))
            fill(store, size)
            plain = measure(store, EVERYTHING)
            some = measure(store, Filter(author="author3"))
            first = first or (plain.milliseconds, some.milliseconds)
            print(
                f"| {size:,} | {plain.milliseconds:.1f} | {plain.milliseconds / first[0]:.1f} "
                f"| {some.milliseconds:.1f} | {some.milliseconds / first[1]:.1f} "
                f"| {plain.recall:.3f} | {some.recall:.3f} | {plain.megabytes:.0f} |",
                flush=True,
            )
        Collection.objects.filter(store="benchmark").delete()


if __name__ == "__main__":
    main()
