"""One contract for every vector index that can run here."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from retrieval import apps, indexes
from retrieval.chunking import passages
from retrieval.datastore import Datastore, NewDocument
from retrieval.embeddings import embedder
from retrieval.filters import EVERYTHING, Filter
from retrieval.indexes import VectorIndex
from retrieval.indexes.embedded import EmbeddedIndex
from retrieval.indexes.lancedb import LanceIndex
from retrieval.metadata import Metadata
from retrieval.models import Chunk, Collection, Document
from retrieval.passages import add_to_draft, new_draft, ready
from tests.retrieval.indexes import INDEXES, chosen

pytestmark = pytest.mark.django_db

TEXTS = {
    "cat": "The cat sleeps on the warm window sill all afternoon.",
    "tax": "The tax return is due at the end of May.",
    "rust": "Iron rusts when water and air reach it.",
    "bread": "Knead the dough, let it rise for an hour, then bake the bread.",
}


@pytest.fixture(params=INDEXES)
def index(
    request: pytest.FixtureRequest, settings: Settings, tmp_path: Path
) -> Iterator[VectorIndex]:
    with chosen(request.param, settings, tmp_path) as made:
        yield made


@pytest.fixture
def store(index: VectorIndex) -> Datastore:
    store = Datastore("shelf")
    store.upsert([NewDocument(id=key, text=text) for key, text in TEXTS.items()])
    return store


def nearest(
    index: VectorIndex, store: Datastore, question: str, where: Filter = EVERYTHING, limit: int = 1
) -> list[str]:
    collection = store.collection()
    assert collection is not None
    [vector] = embedder().embed([question])
    ids = index.nearest(collection, vector, limit=limit, where=where)
    chunks = Chunk.objects.select_related("document").in_bulk(list(ids))
    return [chunks[pk].document.key for pk in ids if pk in chunks]


@pytest.mark.parametrize(
    ("question", "key"),
    [
        ("Where does the pet take a nap?", "cat"),
        ("When must I send my papers to the revenue office?", "tax"),
        ("Why does metal corrode?", "rust"),
        ("How is a loaf made?", "bread"),
    ],
)
def test_the_nearest_comes_first(
    index: VectorIndex, store: Datastore, question: str, key: str
) -> None:
    assert nearest(index, store, question) == [key]


def test_a_draft_is_found_once_its_passages_are_given_to_a_document(
    index: VectorIndex, store: Datastore
) -> None:
    draft = new_draft()
    for start, text in enumerate(("Herons wait for fish.", "Cranes dance.")):
        add_to_draft(draft, ready([*passages(text)]), start=start)
    store.upsert([NewDocument(id="owl", text="Owls hunt at night.")])
    assert nearest(index, store, "Who dances?") != ["birds"]
    assert nearest(index, store, "What flies at night?") == ["owl"]  # its number is the last
    assert store.adopt(NewDocument(id="birds", text="All."), draft) == 2
    for where in (EVERYTHING, Filter(document_id="birds")):
        assert nearest(index, store, "Who dances?", where) == ["birds"]
        assert nearest(index, store, "What do herons eat?", where) == ["birds"]
    assert nearest(index, store, "What flies at night?") == ["owl"]
    assert len(nearest(index, store, "anything", limit=100)) == len(TEXTS) + 3


def test_all_are_found_where_few_are_there(index: VectorIndex, store: Datastore) -> None:
    assert sorted(nearest(index, store, "anything", limit=100)) == sorted(TEXTS)


def test_another_collection_is_never_touched(index: VectorIndex, store: Datastore) -> None:
    other = Datastore("shelf", "ann")
    other.upsert([NewDocument(id="hers", text=TEXTS["cat"])])
    assert nearest(index, store, TEXTS["cat"], limit=9).count("hers") == 0
    assert nearest(index, other, "tax", limit=9) == ["hers"]


def test_a_deleted_document_is_gone(
    index: VectorIndex,
    store: Datastore,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        store.delete_ids(["cat"])
    assert "cat" not in nearest(index, store, TEXTS["cat"], limit=9)


def test_a_new_version_takes_the_place_of_the_old(
    index: VectorIndex,
    store: Datastore,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        store.upsert([NewDocument(id="cat", text="Parliament passed the budget.")])
    assert nearest(index, store, "What did lawmakers decide on spending?") == ["cat"]
    assert sorted(nearest(index, store, "x", limit=9)) == sorted(TEXTS)


DAY = datetime(2024, 3, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("where", "found"),
    [
        (Filter(document_id="mail"), ["mail"]),
        (Filter(source="email"), ["mail"]),
        (Filter(source_id="7"), ["chat"]),
        (Filter(author="Ann"), ["mail", "note"]),
        (Filter(author="ann"), []),
        (Filter(start_date=DAY), ["mail", "note"]),
        (Filter(end_date=DAY), ["chat", "mail"]),
        (Filter(start_date=DAY, end_date=DAY), ["mail"]),
        (Filter(author="Ann", source="file"), ["note"]),
        (Filter(author="Nobody"), []),
    ],
)
def test_a_filter_lets_through_what_it_says(
    index: VectorIndex, where: Filter, found: list[str]
) -> None:
    store = Datastore("filtered")
    known = {
        "mail": Metadata(source="email", author="Ann", created_at=DAY),
        "chat": Metadata(
            source="chat", source_id="7", author="Bob", created_at=DAY - timedelta(days=1)
        ),
        "note": Metadata(source="file", author="Ann", created_at=DAY + timedelta(days=1)),
        "bare": Metadata(),
    }
    store.upsert([NewDocument(id=key, text=key, metadata=known[key]) for key in known])
    assert sorted(nearest(index, store, "any", where, limit=9)) == found


def test_a_filter_finds_its_one_among_many(index: VectorIndex) -> None:
    """Not only among those that are nearest without it, nor within one collection alone."""
    many = [NewDocument(id=f"{n}", text=TEXTS["cat"]) for n in range(60)]
    Datastore("another").upsert(many)
    store = Datastore("shelf")
    bread = NewDocument(id="bread", text=TEXTS["bread"], metadata=Metadata(author="Ann"))
    store.upsert([*many, bread])
    assert nearest(index, store, TEXTS["cat"], Filter(author="Ann")) == ["bread"]


def test_dates_are_compared_to_the_microsecond(index: VectorIndex) -> None:
    store = Datastore("dated")
    moments = {"before": DAY - timedelta(microseconds=1), "then": DAY}
    store.upsert(
        [
            NewDocument(id=key, text=key, metadata=Metadata(created_at=moment))
            for key, moment in moments.items()
        ]
    )
    assert nearest(index, store, "any", Filter(start_date=DAY), limit=9) == ["then"]


@pytest.mark.parametrize("author", ["O'Hara", 'a "b" \\ c', "x=1 AND (y)", "雪, {z}|@k:*", "a-b.c"])
def test_a_filter_takes_every_letter_as_it_is(index: VectorIndex, author: str) -> None:
    store = Datastore("names")
    store.upsert(
        [
            NewDocument(id="theirs", text="one", metadata=Metadata(author=author)),
            NewDocument(id="other", text="two", metadata=Metadata(author=author + "x")),
        ]
    )
    assert nearest(index, store, "any", Filter(author=author), limit=9) == ["theirs"]


def test_an_index_that_fails_leaves_the_old_version(
    index: VectorIndex, store: Datastore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise ConnectionError("away")

    monkeypatch.setattr(type(index), "add", fail)
    with pytest.raises(ConnectionError):
        store.upsert([NewDocument(id="cat", text="new")])
    assert store.get("cat").text == TEXTS["cat"]
    assert nearest(index, store, "Where does the pet take a nap?") == ["cat"]


def test_what_the_database_does_not_know_is_passed_over(
    index: VectorIndex, store: Datastore
) -> None:
    collection = Collection.objects.get()
    chunk = Chunk.objects.select_related("document").get(document__key="cat")
    ghost = Chunk(pk=10**9, collection=collection, document=chunk.document)
    ghost.embedding = chunk.embedding
    index.add(collection, [ghost])
    [hits] = store.query([(TEXTS["cat"], EVERYTHING, 9)])
    assert [hit.chunk.document.key for hit in hits].count("cat") == 1


def test_recall_against_exact_search(index: VectorIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Datastore("many")
    words = [f"{a} {b} {c}" for a in TEXTS for b in ("red", "old", "far") for c in range(20)]
    store.upsert([NewDocument(id=f"{n}", text=text) for n, text in enumerate(words)])
    collection = store.collection()
    assert collection is not None
    chunks = list(Chunk.objects.filter(collection=collection))
    matrix = np.array([chunk.vector for chunk in chunks])
    [vector] = embedder().embed(["an old cat"])
    exact = {chunks[place].pk for place in np.argsort(-(matrix @ vector))[:10]}
    for few in (0, 10_000):  # 0: by the index alone
        monkeypatch.setattr("retrieval.indexes.pgvector.FEW", few)
        monkeypatch.setattr("retrieval.indexes.embedded.FEW", few)
        found = index.nearest(collection, vector, limit=10, where=EVERYTHING)
        assert len(exact & set(found)) >= 9


def test_lancedb_is_written_and_tidied_by_several_at_once(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with chosen("lancedb", settings, tmp_path):
        monkeypatch.setattr("retrieval.indexes.lancedb.WRITES", 2)
        collection = Collection(pk=1, dimension=4)
        document = Document(pk=1, collection=collection, key="one")

        def write(start: int) -> None:
            index = LanceIndex()  # as another process has one
            for pk in range(start, start + 10):
                index.add(collection, [chunk(pk)])

        def chunk(pk: int) -> Chunk:
            embedding = np.full(4, 0.5, "<f4").tobytes()
            return Chunk(pk=pk, collection=collection, document=document, embedding=embedding)

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(write, range(0, 40, 10)))
        half = np.full(4, 0.5, np.float32)
        found = LanceIndex().nearest(collection, half, limit=99, where=EVERYTHING)
        assert sorted(found) == list(range(40))


def test_an_index_is_prepared_after_migrate(
    settings: Settings, chosen_anew: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared: list[object] = []
    monkeypatch.setitem(indexes.INDEXES, "pgvector", "retrieval.indexes.embedded.EmbeddedIndex")
    monkeypatch.setattr(EmbeddedIndex, "prepare", lambda self: prepared.append(self))
    apps.prepare_index()
    assert prepared == []
    settings.RETRIEVAL_INDEX = "pgvector"
    apps.prepare_index()
    assert len(prepared) == 1


def test_the_embedded_index_keeps_what_was_used_last_within_its_memory(settings: Settings) -> None:
    index = EmbeddedIndex()
    collections = {}
    for name in ("ann", "bob", "eve"):
        Datastore("retrieval-user", name).upsert([NewDocument(text="A heron.")])
        collections[name] = Collection.objects.get(username=name)
    settings.RETRIEVAL_CACHE_BYTES = 2 * index.matrix(collections["ann"]).bytes
    for name in ("bob", "ann", "eve"):
        assert len(index.matrix(collections[name]).ids) == 1
    assert list(index.matrices) == [collections["ann"].pk, collections["eve"].pk]
