"""What the embedded index keeps in memory, and how it follows what is written."""

import threading

import numpy as np
import pytest
from pytest_django import DjangoAssertNumQueries

from retrieval import ahead
from retrieval.ahead import load_ahead, load_soon
from retrieval.datastore import NewDocument
from retrieval.filters import EVERYTHING, Filter
from retrieval.indexes import embedded, signs, vector_index
from retrieval.indexes.embedded import EmbeddedIndex, appended
from retrieval.metadata import Metadata
from retrieval.models import Collection
from tests.retrieval.test_sweeping import filled

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_comes_in_is_written_behind_what_is_there() -> None:
    room = np.zeros((4, 2), np.float32)
    old, more = room[:2], np.ones((1, 2), np.float32)
    new, same = appended(old, more, room, 0)
    assert same is room and len(old) == 2 and new.tolist() == [[0, 0], [0, 0], [1, 1]]
    grown, larger = appended(new, np.full((2, 2), 2, np.float32), room, 0)
    assert len(larger) == 6 and grown.tolist() == [*new.tolist(), [2, 2], [2, 2]]
    assert room[3].tolist() == [0, 0]  # nothing was written where there was no room for all


def test_room_is_made_at_once_for_as_many_as_there_will_be() -> None:
    none = np.empty((0, 2), np.float32)
    _, room = appended(none, np.ones((1, 2), np.float32), none, 9)
    assert len(room) == 9


@pytest.mark.parametrize("dimension", [1, 64, 100, 384])
def test_differing_signs_are_counted(dimension: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signs, "BLOCK", 7)
    vectors = np.random.default_rng(1).standard_normal((20, dimension)).astype(np.float32)
    counted = signs.differences(signs.signs_of(vectors), signs.signs_of(vectors[3:4])[0])
    assert counted.tolist() == ((vectors > 0) != (vectors[3] > 0)).sum(axis=1).tolist()


def test_the_likely_are_those_of_the_fewest_differing_signs() -> None:
    vectors = np.array([[1, 1, 1], [1, 1, -1], [-1, -1, -1], [1, -1, -1]], np.float32)
    made = signs.signs_of(vectors)
    assert signs.likely(made, made[0], 2, None).tolist() == [0, 1]
    assert signs.likely(made, made[0], 1, np.array([2, 3])).tolist() == [3]
    assert signs.likely(made, made[0], 9, None).tolist() == [0, 1, 2, 3]


def test_about_as_many_are_likely_as_are_asked_for() -> None:
    vectors = np.random.default_rng(1).standard_normal((50_000, 64)).astype(np.float32)
    made = signs.signs_of(vectors)
    found = signs.likely(made, made[0], 1_000, None)
    assert 0 in found and 1_000 <= len(found) <= 2_000
    assert 500 <= len(signs.likely(made, made[0], 500, np.arange(0, 50_000, 2))) <= 1_000


def test_what_many_chunks_hold_is_found_by_signs_as_by_comparing_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """At every stage of a collection: read anew, grown, shrunk, and filtered."""
    store, index = filled(300), EmbeddedIndex()

    def both(where: Filter = EVERYTHING) -> list[list[int]]:
        collection = Collection.objects.get()
        vector = collection.chunks.order_by("pk")[7].vector
        found = []
        monkeypatch.setattr(embedded, "LIKELY", 100)
        for few in (1_000, 0):
            monkeypatch.setattr(embedded, "FEW", few)
            found.append(index.nearest(collection, vector, limit=3, where=where))
        return found

    exact, by_signs = both()
    assert by_signs == exact and len(exact) == 3
    store.upsert([NewDocument(id="more", text="A heron more.", metadata=Metadata(author="Ann"))])
    exact, by_signs = both(Filter(author="Ann"))
    assert by_signs == exact and len(exact) == 1
    store.delete_ids(["d7"])
    exact, by_signs = both()
    assert by_signs == exact and len(exact) == 3


def test_a_write_copies_nothing_and_who_reads_the_old_still_does() -> None:
    store = filled(300)
    index = EmbeddedIndex()
    first = index.matrix(Collection.objects.get())
    before = first.vectors.copy()
    store.upsert([NewDocument(id="more", text="A heron more.")])
    second = index.matrix(Collection.objects.get())
    assert len(second.ids) == 301 and second.room is first.room
    assert np.array_equal(first.vectors, before)
    store.delete_ids(["d0"])
    assert len(index.matrix(Collection.objects.get()).ids) == 300
    assert len(second.ids) == 301


def test_what_a_process_needs_is_read_before_it_is_asked(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    load_ahead()  # of nothing
    store, collection = filled(300), Collection.objects.get()
    index = vector_index()
    assert isinstance(index, EmbeddedIndex)
    index.matrices.clear()
    load_ahead()
    assert collection.pk not in index.matrices
    monkeypatch.setattr(ahead, "LARGE", 300)
    load_soon()
    for thread in threading.enumerate():
        if thread.name == "load-ahead":  # it may have ended already
            thread.join(20)
    vector = index.matrices[collection.pk].vectors[0]
    with django_assert_num_queries(0):
        assert index.nearest(collection, vector, limit=1, where=EVERYTHING)
    assert store.delete_all() == 300
