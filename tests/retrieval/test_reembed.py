"""Moving to another model: refused until it is done, and done all at once."""

from collections.abc import Sequence
from io import StringIO

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from retrieval import datastore, passages, reembedding
from retrieval.datastore import Datastore, NewDocument
from retrieval.embeddings import Embedder, embedder
from retrieval.exceptions import EmbeddingError, OtherModelError
from retrieval.filters import EVERYTHING
from retrieval.management.commands import reembed as command
from retrieval.models import Chunk, Collection, Vector
from tests.conftest import mount_of

pytestmark = pytest.mark.django_db


class Letters(Embedder):
    """A small model of another kind: it counts the letters of a text."""

    model = "letters"
    dimension = 26

    def __init__(self) -> None:
        self.made = 0
        self.fails_after: int | None = None

    def embed(self, texts: Sequence[str]) -> Vector:
        if self.fails_after is not None and self.made >= self.fails_after:
            raise EmbeddingError("The service is away.")
        self.made += len(texts)
        counts = [[text.lower().count(chr(97 + n)) + 0.01 for n in range(26)] for text in texts]
        vectors = np.array(counts, np.float32).reshape(len(texts), 26)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)  # type: ignore[no-any-return]


@pytest.fixture
def letters(monkeypatch: pytest.MonkeyPatch) -> Letters:
    """Five documents by the usual model; then the site is set to another."""
    Datastore("retrieval-none").upsert(
        [
            NewDocument(id=f"d{n}", text=text)
            for n, text in enumerate(["aaa", "bbb", "ccc", "d", "e"])
        ]
    )
    Datastore("retrieval-none").query([("aaa", EVERYTHING, 1)])  # its matrix is in memory
    model = Letters()
    for module in (datastore, passages, reembedding, command):
        monkeypatch.setattr(module, "embedder", lambda: model)
    return model


def run() -> str:
    out = StringIO()
    call_command("reembed", stdout=out)
    return out.getvalue()


def test_two_models_are_not_mixed(letters: Letters) -> None:
    store = Datastore("retrieval-none")
    with pytest.raises(OtherModelError, match="reembed"):
        store.query([("a", EVERYTHING, 1)])
    with pytest.raises(OtherModelError):
        store.upsert([NewDocument(text="new")])
    mount = mount_of("retrieval-none")
    for response in (
        mount.post("/query", {"queries": [{"query": "a"}]}),
        mount.post("/upsert", {"documents": [{"text": "a"}]}),
    ):
        assert response.status_code == 409
        assert "manage.py reembed" in response.json()["detail"]


def test_after_reembed_the_new_model_answers(letters: Letters) -> None:
    assert "retrieval-none: 5 chunks." in run()
    collection = Collection.objects.get()
    assert (collection.model, collection.dimension) == ("letters", 26)
    [[hit]] = Datastore("retrieval-none").query([("bbbbb", EVERYTHING, 1)])
    assert hit.chunk.document.key == "d1"
    assert not Chunk.objects.exclude(next_embedding=None).exists()
    assert "Nothing to do" in run()


def test_a_stop_in_between_leaves_the_old_model_whole_and_is_gone_on_from(
    letters: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reembedding, "BATCH", 2)
    letters.fails_after = 2
    with pytest.raises(CommandError, match="old embeddings still serve"):
        run()
    assert Collection.objects.get().model == embedder().model
    assert {len(chunk.vector) for chunk in Chunk.objects.all()} == {384}
    letters.fails_after = None
    run()
    assert letters.made == 5  # none of them twice
    assert {len(chunk.vector) for chunk in Chunk.objects.all()} == {26}


def test_what_was_begun_for_a_third_model_is_begun_anew(letters: Letters) -> None:
    Chunk.objects.update(next_embedding=b"of another")
    Collection.objects.update(next_model="a third")
    run()
    assert letters.made == 5


def test_an_empty_collection_takes_any_model(letters: Letters) -> None:
    store = Datastore("retrieval-none")
    store.delete_all()
    store.upsert([NewDocument(text="new")])
    assert store.query([("new", EVERYTHING, 1)])[0][0].chunk.text == "new"


def test_the_index_is_given_all_chunks_again(db: None) -> None:
    Datastore("retrieval-none").upsert([NewDocument(text="one"), NewDocument(text="two")])
    out = StringIO()
    call_command("reindex", stdout=out)
    assert "given 2 chunks" in out.getvalue()


@pytest.mark.parametrize("error", [KeyboardInterrupt(), EmbeddingError("The service is away.")])
def test_a_move_that_is_stopped_says_how_to_go_on(
    error: BaseException, letters: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*args: object, **kwargs: object) -> None:
        raise error

    monkeypatch.setattr(command, "reembed", stop)
    with pytest.raises(CommandError, match="goes on from here"):
        run()
