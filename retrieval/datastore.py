"""What the API does with documents: upsert, query, get and delete.

A text is cut into chunks, and each chunk gets an embedding, before anything is written; then one
transaction replaces the old version. Whatever fails, and wherever a process dies, a document is
whole: as it was, or as it is meant to be.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import uuid4

from django.conf import settings
from django.db import transaction

from api.normalization import nfc
from retrieval import lexical
from retrieval.chunking import Passage, passages
from retrieval.embeddings import embedder
from retrieval.exceptions import (
    BadInputError,
    NoSuchDocumentError,
    OtherModelError,
    RefusedError,
    TooManyChunksError,
)
from retrieval.filters import EVERYTHING, Filter
from retrieval.indexes import vector_index
from retrieval.metadata import UNKNOWN, Metadata
from retrieval.models import Chunk, Collection, Document, Vector
from retrieval.rows import batches
from retrieval.search import Hit, search
from retrieval.terms import terms

if TYPE_CHECKING:
    from django.db.models import QuerySet

BATCH = 500  # rows of one statement


@dataclass(frozen=True, kw_only=True)
class NewDocument:
    """A document to be put in; one that has its id already is replaced."""

    text: str
    id: str = field(default_factory=lambda: uuid4().hex)
    metadata: Metadata = UNKNOWN
    digest: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", nfc(self.id))


@dataclass(frozen=True)
class Datastore:
    """The documents of one username in one plugin's store; "" is for all who share it."""

    store: str
    username: str = ""

    def collections(self) -> "QuerySet[Collection]":
        """Return its collection; none where nothing was ever put in."""
        return Collection.objects.filter(store=self.store, username=self.username)

    def collection(self) -> Collection | None:
        return self.collections().first()

    def documents(self) -> "QuerySet[Document]":
        return Document.objects.filter(
            collection__store=self.store, collection__username=self.username
        )

    def get(self, key: str) -> Document:
        """Return a document; raises NoSuchDocumentError."""
        # No id has a NUL, and PostgreSQL takes none in a question.
        document = None if "\0" in key else self.documents().filter(key=nfc(key)).first()
        if document is None:
            raise NoSuchDocumentError(
                "There is no document of that id. Search with queryDocuments: each result "
                "bears the document_id of its document."
            )
        return document

    def knows(self, key: str, digest: str) -> bool:
        """Tell whether a load has brought this document already, as it is."""
        return self.documents().filter(key=nfc(key), digest=digest).exists()

    # --- Writing -------------------------------------------------------------------------

    def upsert(self, documents: Sequence[NewDocument], *, at_most: int | None = None) -> list[str]:
        """Put documents in, all or none; return their ids.

        They may make `at_most` chunks, or else as many as one call may. Raises RefusedError, or
        EmbeddingError when no embeddings could be had.
        """
        at_most = at_most or settings.RETRIEVAL_MAX_CHUNKS
        if known := self.collection():
            require_model(known)
        cut = [passages(document.text) for document in documents]
        made = sum(map(len, cut))
        if made > at_most:
            raise TooManyChunksError(
                f"That makes {made:,} passages; one call may bring {at_most:,}. Send "
                "less at a time, or have the operator load it with 'manage.py load_documents'. "
                "Nothing was stored."
            )
        vectors = embed(documents, cut)
        with transaction.atomic():
            self.replace(documents, cut, vectors)
        return [document.id for document in documents]

    def replace(
        self, documents: Sequence[NewDocument], cut: Sequence[Sequence[Passage]], vectors: Vector
    ) -> None:
        """Write documents, with their chunks and embeddings, in place of their old versions."""
        collection = self.locked()
        ids = [document.id for document in documents]
        self.remove(collection, collection.documents.filter(key__in=ids))
        rows = Document.objects.bulk_create(
            [
                Document(
                    collection=collection,
                    key=document.id,
                    text=document.text,
                    digest=document.digest,
                    **document.metadata.known(),
                )
                for document in documents
            ],
            BATCH,
        )
        vector = iter(vectors.astype("<f4"))
        chunks = [
            Chunk(
                collection=collection,
                document=row,
                position=position,
                text=passage.text,
                terms=lexical.indexed(collection, terms(passage.searched)),
                embedding=next(vector).tobytes(),
            )
            for row, each in zip(rows, cut, strict=True)
            for position, passage in enumerate(each)
        ]
        Chunk.objects.bulk_create(chunks, BATCH)
        collection.chunk_count += len(chunks)
        collection.term_count += sum(len(chunk.terms.split()) for chunk in chunks)
        if collection.chunk_count > settings.RETRIEVAL_MAX_COLLECTION_CHUNKS:
            raise TooManyChunksError(
                f"All documents together may make {settings.RETRIEVAL_MAX_COLLECTION_CHUNKS:,} "
                "passages. Delete documents that are no longer needed. Nothing was stored."
            )
        vector_index().add(collection, chunks)
        collection.version += 1
        collection.save()

    def locked(self) -> Collection:
        """Return the collection, made if need be; other writers wait until this one is done."""
        model = embedder()
        by = {"model": model.model, "dimension": model.dimension}
        collection, _ = Collection.objects.select_for_update().get_or_create(
            store=self.store, username=self.username, defaults=by
        )
        if collection.chunk_count == 0:
            collection.model, collection.dimension = model.model, model.dimension
            collection.next_model = ""
        require_model(collection)
        return collection

    def delete_ids(self, ids: Sequence[str]) -> int:
        """Delete the documents of these ids; return how many there were."""
        ids = [nfc(key) for key in ids]
        return self._delete(lambda collection: collection.documents.filter(key__in=ids))

    def delete_where(self, where: Filter) -> int:
        """Delete the documents that a filter lets through; return how many there were.

        Raises ValueError for a filter that lets everything through.
        """
        if not where:
            raise ValueError("An empty filter lets everything through; that is delete_all.")
        return self._delete(where.documents)

    def delete_all(self) -> int:
        """Delete every document; return how many there were."""
        return self._delete(EVERYTHING.documents)

    def _delete(self, wanted: "Callable[[Collection], QuerySet[Document]]") -> int:
        with transaction.atomic():
            collection = self.collections().select_for_update().first()
            if collection is None:
                return 0
            count = self.remove(collection, wanted(collection))
            if count:
                collection.version += 1
                collection.save()
            return count

    def remove(self, collection: Collection, documents: "QuerySet[Document]") -> int:
        """Delete documents with their chunks, inside the transaction that locked the collection."""
        keys = list(documents.values_list("pk", flat=True))
        gone: list[int] = []
        for some in batches(keys, BATCH):
            chunks = Chunk.objects.filter(document__in=some).order_by()
            for pk, held in chunks.values_list("pk", "terms"):
                gone.append(pk)
                collection.term_count -= len(held.split())
            chunks.delete()
            Document.objects.filter(pk__in=some).delete()
        if gone:
            collection.chunk_count -= len(gone)
            collection.shrunk_at = collection.version + 1
            transaction.on_commit(lambda: vector_index().remove(collection, gone), robust=True)
        return len(keys)

    # --- Reading -------------------------------------------------------------------------

    def query(self, questions: Sequence[tuple[str, Filter, int]]) -> list[list[Hit]]:
        """Return, for each question with its filter and how many it wants, the best chunks."""
        collection = self.collection()
        if collection is None or not collection.chunk_count:
            return [[] for _ in questions]
        require_model(collection)
        vectors = embedder().embed([text for text, _, _ in questions])
        try:
            return [
                search(collection, text, vector, where=where)[:wanted]
                for (text, where, wanted), vector in zip(questions, vectors, strict=True)
            ]
        except ValueError:  # vectors of two lengths: a move to another model has just ended
            collection.refresh_from_db()
            require_model(collection)
            raise


def require_model(collection: Collection) -> None:
    """Refuse to mix embeddings of two models; raises OtherModelError."""
    mine = embedder()
    alike = (collection.model, collection.dimension) == (mine.model, mine.dimension)
    if collection.chunk_count and not alike:
        raise OtherModelError(
            f"These documents were embedded with '{collection.model}' "
            f"({collection.dimension} numbers), and this site is set to '{mine.model}' "
            f"({mine.dimension}). The two cannot be compared. The operator runs "
            "'manage.py reembed', or sets the old model again."
        )


def embed(documents: Sequence[NewDocument], cut: Sequence[Sequence[Passage]]) -> Vector:
    """Return the embeddings of all passages, in order; name the document that prevents it."""
    try:
        return embedder().embed([passage.searched for each in cut for passage in each])
    except BadInputError:
        for document, each in zip(documents, cut, strict=True):
            try:
                embedder().embed([passage.searched for passage in each])
            except BadInputError as error:
                raise RefusedError(
                    f"Document '{document.id}': {error.reason} Nothing was stored."
                ) from error
        raise
