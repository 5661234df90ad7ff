"""Passages of documents: made ready to be written, and written to a document or a draft of one.

A draft is for a text that makes many: they are written a few at a time, which nobody waits for
long, and nobody finds them. Then one statement gives all of them to the document.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import uuid4

from retrieval import lexical
from retrieval.chunking import Passage
from retrieval.embeddings import embedder
from retrieval.models import Chunk, Collection, Document, Vector
from retrieval.terms import terms

BATCH = 500  # rows of one statement


@dataclass(frozen=True)
class ReadyPassage:
    """A passage that only has to be written."""

    text: str
    terms: list[str]
    """By which full-text search finds it."""
    embedding: bytes
    """32-bit floats, little-endian, of unit length."""

    @classmethod
    def of(cls, passage: Passage, vector: Vector) -> "ReadyPassage":
        found_by = terms(passage.searched, passage.title)
        return cls(passage.text, found_by, vector.astype("<f4").tobytes())


def ready(cut: Sequence[Passage]) -> list[ReadyPassage]:
    """Return passages with what they are found by, which is what takes long."""
    vectors = embedder().passages([passage.searched for passage in cut])
    return [ReadyPassage.of(*each) for each in zip(cut, vectors, strict=True)]


def written(
    passages: Iterable[tuple[Document, Iterable[ReadyPassage]]], *, start: int = 0
) -> list[Chunk]:
    """Write the passages of documents; the first of each is in its place `start`."""
    return Chunk.objects.bulk_create(
        [
            Chunk(
                collection=document.collection,
                document=document,
                position=position,
                text=passage.text,
                terms=lexical.indexed(document.collection, passage.terms),
                embedding=passage.embedding,
            )
            for document, each in passages
            for position, passage in enumerate(each, start)
        ],
        BATCH,
    )


# --- Drafts ------------------------------------------------------------------------------


def new_draft() -> Collection:
    """Return a draft without passages: a collection that is in no plugin's store.

    It is swept like all that is in none, once no open load has it (`sweeping.py`).
    """
    model = embedder()
    by = {"model": model.model, "dimension": model.dimension}
    draft = Collection.objects.create(store="", username=uuid4().hex, **by)
    Document.objects.create(collection=draft)
    return draft


def add_to_draft(draft: Collection, passages: Sequence[ReadyPassage], *, start: int) -> None:
    written([(draft.documents.get(), passages)], start=start)


def give(draft: Collection, document: Document) -> tuple[int, int]:
    """Give a draft's passages to a document; return how many they are, and how many terms."""
    count = sum(len(held.split()) for held in draft.chunks.values_list("terms", flat=True))
    terms = lexical.of_another(draft, document.collection)
    given = draft.chunks.update(collection=document.collection, document=document, terms=terms)
    return given, count
