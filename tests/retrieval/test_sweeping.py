"""What is deleted is gone at once, whereas its rows go some at a time."""

import time

import numpy as np
import pytest
from django.core.management import call_command
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from retrieval import datastore, sweeping
from retrieval.chunking import Passage
from retrieval.datastore import Datastore, NewDocument
from retrieval.embeddings import embedder
from retrieval.filters import EVERYTHING, Filter
from retrieval.models import Chunk, Collection, Document
from retrieval.passages import ReadyPassage
from retrieval.sweeping import BATCH, abandoned, sweep, sweep_some

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]
MANY = 5 * BATCH


def filled(count: int = MANY) -> Datastore:
    """Return a store with documents of a passage each, whose vectors mean nothing."""
    store = Datastore("retrieval-none")
    new = [NewDocument(id=f"d{n}", text=f"Heron {n}.") for n in range(count)]
    numbers = np.random.default_rng(0).normal(size=(count, embedder().dimension))
    vectors = numbers / np.linalg.norm(numbers, axis=1, keepdims=True)
    with transaction.atomic():
        store.replace(
            new,
            [
                [ReadyPassage.of(Passage(each.text, each.text, ""), vector)]
                for each, vector in zip(new, vectors, strict=True)
            ],
        )
    return store


def rows() -> tuple[int, int, int]:
    return Collection.objects.count(), Document.objects.count(), Chunk.objects.count()


def until_swept() -> None:
    ends = time.monotonic() + 20
    while abandoned().exists():
        assert time.monotonic() < ends
        time.sleep(0.02)


def test_all_is_gone_at_once_and_its_rows_soon() -> None:
    store = filled()
    assert store.delete_all() == MANY
    assert store.query([("Where is the heron?", EVERYTHING, 3)]) == [[]]
    assert not store.documents().exists() and store.delete_all() == 0
    store.upsert([NewDocument(id="d1", text="Another heron.")])
    until_swept()
    assert rows() == (1, 1, 1)
    [[hit]] = store.query([("Where is the heron?", EVERYTHING, 3)])
    assert hit.chunk.text == "Another heron."


def test_few_rows_go_with_the_answer() -> None:
    assert filled(BATCH - 1).delete_all() == BATCH - 1
    assert rows() == (0, 0, 0)


def test_no_transaction_of_a_sweep_deletes_more_than_a_batch(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    filled()
    sweeping.abandon(Collection.objects.get())
    before = rows()
    with django_assert_max_num_queries(8):
        assert sweep_some()
    assert rows() == (1, before[1], before[2] - BATCH)
    times = 1
    while sweep_some():
        times += 1
    assert times >= 2 * MANY / BATCH and rows() == (0, 0, 0)
    assert not sweep_some()


def test_what_a_dead_process_left_is_deleted_by_migrate() -> None:
    filled()
    sweeping.abandon(Collection.objects.get())
    call_command("migrate", verbosity=0)
    assert rows() == (0, 0, 0)


def test_or_by_the_command_for_all_that_expires(capsys: pytest.CaptureFixture[str]) -> None:
    filled()
    sweeping.abandon(Collection.objects.get())
    call_command("tidy")
    assert "Removed 1 emptied collections of documents." in capsys.readouterr().out
    assert rows() == (0, 0, 0)


def test_one_thread_sweeps() -> None:
    filled()
    sweeping.abandon(Collection.objects.get())
    with sweeping.SWEEPING:
        sweep()
    assert rows() == (1, MANY, MANY)
    sweep()
    assert rows() == (0, 0, 0)


def test_what_is_abandoned_after_the_last_look_is_swept_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    filled()
    looks: list[bool] = []

    def look() -> bool:
        looks.append(sweep_some())
        if len(looks) == 1:  # there was nothing, and it has not ended
            sweeping.abandon(Collection.objects.get())
            sweep()
        return looks[-1]

    monkeypatch.setattr(sweeping, "sweep_some", look)
    sweep()
    assert not looks[0] and rows() == (0, 0, 0)


def test_many_documents_are_deleted_in_several_transactions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = filled()
    monkeypatch.setattr(datastore, "HELD", 0.0)  # no transaction gets beyond its first documents
    version = Collection.objects.get().version
    assert store.delete_where(Filter(document_id="d7")) == 1
    assert store.delete_ids([f"d{n}" for n in range(100)]) == 99
    collection = Collection.objects.get()
    assert collection.version - version == 1 + 5  # of 20 each
    assert collection.chunk_count == Chunk.objects.count() == MANY - 100
    assert collection.term_count == sum(len(c.terms.split()) for c in Chunk.objects.all())
