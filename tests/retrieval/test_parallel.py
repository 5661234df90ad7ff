"""Parallel requests leave every document whole, and every count right."""

import pytest

from retrieval.models import Chunk, Collection, Document
from tests.conftest import mount_of
from tests.todos.test_atomicity import in_parallel

pytestmark = pytest.mark.django_db(transaction=True)


def upsert(key: str, text: str) -> str:
    body = {"documents": [{"id": key, "text": text}]}
    return str(mount_of("retrieval-none").post("/upsert", body).status_code)


def test_parallel_upserts_of_one_document_leave_one_version() -> None:
    texts = [f"Version {n}. " + "The heron waits. " * 60 for n in range(20)]
    assert set(in_parallel(lambda n: upsert("d", texts[n]), 20)) == {"200"}
    document = Document.objects.get()
    assert document.text in texts
    assert Chunk.objects.first().text.startswith(document.text[:9])  # type: ignore[union-attr]
    assert Collection.objects.get().chunk_count == Chunk.objects.count()


def test_parallel_upserts_and_deletes_are_all_done() -> None:
    def one(number: int) -> str:
        key = f"d{number // 2}"
        if number % 2:
            return upsert(key, "words")
        body = {"ids": [key]}
        return str(mount_of("retrieval-none").delete("/delete", body).status_code)

    assert set(in_parallel(one, 30)) == {"200"}
    collection = Collection.objects.get()
    assert collection.chunk_count == Chunk.objects.count() == Document.objects.count()
    assert collection.term_count == sum(len(c.terms.split()) for c in Chunk.objects.all())
