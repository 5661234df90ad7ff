"""What a large collection makes others wait for: python -m benchmarks.retrieval_cliffs [CHUNKS].

A collection of made-up chunks (benchmarks/retrieval_scale.py), on SQLite or DATABASE_URL's
database, without what embedding takes. "Another writer" adds a todo each 5 ms meanwhile.
"""

import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.measuring import own_site, table_row, timed
from benchmarks.retrieval_scale import A_CHUNK, fill_at_once, points, words

PAUSE = 0.005  # seconds between two todos
TIMES = 5


@contextmanager
def another_writer() -> Iterator[list[float]]:
    """Yield the milliseconds that each todo took, as they come."""
    from django.db import connection

    from todos.models import TodoList

    ended, waits = threading.Event(), [0.0]

    def write() -> None:
        todos = TodoList("todo-none", "another")
        while not ended.wait(PAUSE):
            waits.append(timed(todos.add, "Buy milk")[1])
        connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    time.sleep(0.5)
    waits[:] = [0.0]
    try:
        yield waits
    finally:
        ended.set()
        thread.join()


def measured(count: int) -> Iterator[tuple[str, float, float]]:
    """Yield what was done, the milliseconds that it took, and the longest wait of the other."""
    from django.db import transaction

    from retrieval.chunking import Passage
    from retrieval.datastore import Datastore, NewDocument
    from retrieval.embeddings import embedder
    from retrieval.filters import Filter
    from retrieval.indexes import vector_index
    from retrieval.passages import ReadyPassage
    from retrieval.search import search
    from retrieval.sweeping import abandoned

    store = Datastore("retrieval-none")
    fill_at_once(store, count)

    def ask() -> None:
        collection = store.collection()
        assert collection is not None
        search(collection, words(6), points(1)[0], model=embedder())

    def write() -> None:
        new = NewDocument(id="more", text=words(A_CHUNK))
        passage = Passage(new.text, new.text, "")
        store.replace([new], [[ReadyPassage.of(passage, points(1)[0])]])

    yield "first search after a start", median(ask, before=vector_index.cache_clear), 0
    yield "search", median(ask), 0
    with another_writer() as waits:
        yield (
            "search after a passage came in",
            median(ask, before=transaction.atomic(write)),
            max(waits),
        )
    with another_writer() as waits:
        some = Filter(author="author3")
        yield f"delete {count // 10:,} by a filter", timed(store.delete_where, some)[1], max(waits)
    yield "search after that", timed(ask)[1], 0
    with another_writer() as waits:
        yield "delete all", timed(store.delete_all)[1], max(waits)
        started = time.perf_counter()
        while abandoned().exists():
            time.sleep(0.1)
        yield "until their rows are gone", (time.perf_counter() - started) * 1000, max(waits)


def median(call: Callable[[], Any], *, before: Callable[[], Any] = int) -> float:
    """Return the milliseconds that a call takes after something else."""
    times = []
    for _ in range(TIMES):
        before()
        times.append(timed(call)[1])
    return statistics.median(times)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with own_site():
        print(f"\n{count:,} chunks\n")
        print("| what | ms | another writer's longest wait, ms |")
        print("|---|---|---|")
        for what, ms, wait in measured(count):
            print(table_row(what, f"{ms:.0f}", f"{wait:.0f}" if wait else "–"), flush=True)


if __name__ == "__main__":
    main()
