"""What the datastore keeps whoever calls it: the API, the pages, the admin or a command."""

import pytest

from retrieval.datastore import Datastore, NewDocument
from retrieval.filters import EVERYTHING, Filter
from retrieval.metadata import Metadata
from retrieval.models import Chunk, Collection

pytestmark = pytest.mark.django_db


@pytest.fixture
def store() -> Datastore:
    store = Datastore("retrieval-none")
    store.upsert(
        [
            NewDocument(id="cat", text="Cats purr.", metadata=Metadata(author="Ann")),
            NewDocument(id="tax", text="Taxes are due."),
        ]
    )
    return store


def keys(store: Datastore) -> list[str]:
    return sorted(store.documents().values_list("key", flat=True))


def test_documents_are_deleted_by_their_ids(store: Datastore) -> None:
    assert store.delete_ids(["cat", "none"]) == 1
    assert keys(store) == ["tax"]


def test_no_ids_delete_nothing(store: Datastore) -> None:
    assert store.delete_ids([]) == 0
    assert keys(store) == ["cat", "tax"]


def test_documents_are_deleted_by_a_filter(store: Datastore) -> None:
    assert store.delete_where(Filter(author="Ann")) == 1
    assert keys(store) == ["tax"]


def test_a_filter_that_lets_everything_through_deletes_nothing(store: Datastore) -> None:
    with pytest.raises(ValueError, match="delete_all"):
        store.delete_where(EVERYTHING)
    assert keys(store) == ["cat", "tax"]


def test_all_is_deleted_where_that_is_said_and_nothing_of_anothers(store: Datastore) -> None:
    other = Datastore("retrieval-user", "ann")
    other.upsert([NewDocument(id="hers", text="Hers.")])
    assert store.delete_all() == 2
    assert (keys(store), keys(other)) == ([], ["hers"])
    assert [collection.username for collection in Collection.objects.all()] == ["ann"]
    assert Chunk.objects.count() == 1


def test_where_nothing_is_nothing_is_deleted() -> None:
    assert Datastore("retrieval-none").delete_all() == 0


def test_a_search_of_nothing_but_common_words_is_answered_by_meaning_alone(
    store: Datastore,
) -> None:
    [[hit, *_]] = store.query([("Who are you?", EVERYTHING, 3)])
    assert hit.lexical == 0 < hit.cosine
