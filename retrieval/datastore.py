"""What the API does with documents: upsert, query, get and delete.

A text is cut into chunks, and each chunk gets an embedding, before anything is written; then one
transaction replaces the old version. Whatever fails, and wherever a process dies, a document is
whole: as it was, or as it is meant to be.
"""

import time
from collections import deque
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING
from uuid import uuid4

from django.conf import settings
from django.db import IntegrityError, transaction

from api.dear_work import dear_work
from api.normalization import nfc
from retrieval.chunking import Passage, passages
from retrieval.embeddings import embedder
from retrieval.exceptions import (
    BadInputError,
    NoSuchDocumentError,
    OtherModelError,
    RefusedError,
    TooManyAtOnceError,
    TooManyChunksError,
)
from retrieval.filters import Filter
from retrieval.indexes import vector_index
from retrieval.metadata import UNKNOWN, Metadata
from retrieval.models import KEY_MAX_LENGTH, Chunk, Collection, Document
from retrieval.passages import BATCH, ReadyPassage, give, ready, written
from retrieval.rows import batches
from retrieval.search import Hit, search
from retrieval.sweeping import abandon, sweep_soon
from retrieval.terms import VERSION

if TYPE_CHECKING:
    from django.db.models import QuerySet

SLICE = 64  # passages between two words of how far it is: a second or two
SOME = 20  # documents that are deleted together at least
HELD = 0.05  # seconds that a deletion keeps other writers waiting at a time


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
        key = nfc(key, longest=KEY_MAX_LENGTH)
        # No id has a NUL, and PostgreSQL takes none in a question.
        document = None if "\0" in key else self.documents().filter(key=key).first()
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
        for _ in self.upserting(documents, at_most=at_most):
            pass
        return [document.id for document in documents]

    def upserting(
        self, documents: Sequence[NewDocument], *, at_most: int | None = None
    ) -> Generator[tuple[int, int], None, None]:
        """Upsert, and yield now and then how many passages of how many have their embeddings.

        Nothing is written before the last of them, and nothing by who stops earlier.
        """
        at_most = at_most or settings.RETRIEVAL_MAX_CHUNKS
        if known := self.collection():
            require_model(known)
        with dear_work(characters=sum(len(document.text) for document in documents)):
            cut = cut_within(documents, at_most)
            if known:
                self.require_room(known, documents, sum(map(len, cut)))
            ready = yield from prepared(documents, cut)
            with transaction.atomic():
                self.replace(documents, ready)

    def require_room(
        self, collection: Collection, documents: Sequence[NewDocument], made: int
    ) -> None:
        """Refuse what will not fit before it is embedded, which is what costs most."""
        over = collection.chunk_count + made - settings.RETRIEVAL_MAX_COLLECTION_CHUNKS
        if over > 0:
            replaced = collection.documents.filter(key__in=[each.id for each in documents])
            if over > Chunk.objects.filter(document__in=replaced).count():
                raise full()

    def replace(
        self, documents: Sequence[NewDocument], ready: Sequence[Sequence[ReadyPassage]]
    ) -> None:
        """Write documents, with their passages, in place of their old versions."""
        collection, rows = self.put(documents)
        chunks = written(zip(rows, ready, strict=True))
        self.count(collection, len(chunks), sum(len(one.terms) for each in ready for one in each))
        vector_index().add(collection, chunks)
        collection.version += 1
        collection.save()

    def adopt(self, document: NewDocument, draft: Collection) -> int:
        """Write a document with the passages of a draft; return how many they were.

        It replaces its old version.
        """
        collection, [row] = self.put([document])
        chunks, terms = give(draft, row)
        self.count(collection, chunks, terms)
        rows = row.chunks.select_related("document").defer("document__text", "next_embedding")
        vector_index().add(collection, rows)
        collection.version += 1
        collection.rearranged_at = collection.version  # their ids are not the last
        collection.save()
        return chunks

    def put(self, documents: Sequence[NewDocument]) -> tuple[Collection, list[Document]]:
        """Write documents, without passages, in place of their old versions.

        Other writers of the collection wait until the transaction ends.
        """
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
        return collection, rows

    @staticmethod
    def count(collection: Collection, chunks: int, terms: int) -> None:
        """Count what came in; raises TooManyChunksError."""
        collection.chunk_count += chunks
        collection.term_count += terms
        if collection.chunk_count > settings.RETRIEVAL_MAX_COLLECTION_CHUNKS:
            raise full()

    def locked(self) -> Collection:
        """Return the collection, made if need be; other writers wait until this one is done."""
        model = embedder()
        by = {"model": model.model, "dimension": model.dimension, "terms_version": VERSION}
        rows = Collection.objects.select_for_update()
        collection = None
        while collection is None:
            # It fails where another made one, and a third emptied that before it could be read.
            with suppress(IntegrityError):
                collection, _ = rows.get_or_create(
                    store=self.store, username=self.username, defaults=by
                )
        if collection.chunk_count == 0:
            collection.model, collection.dimension = model.model, model.dimension
            collection.next_model = ""
            collection.terms_version, collection.terms_done = VERSION, 0
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
        """Delete every document; return how many there were.

        They are gone for all at once, whereas their rows go one after another.
        """
        with transaction.atomic():
            collection = self.collections().select_for_update().first()
            if collection is None:
                return 0
            count = collection.documents.count()
            abandon(collection)
            sweep_soon()
        return count

    def _delete(self, wanted: "Callable[[Collection], QuerySet[Document]]") -> int:
        """Delete documents, each whole; between some and the next, others may write."""
        collection = self.collection()
        keys = list(wanted(collection).values_list("pk", flat=True)) if collection else []
        left, count = deque(batches(keys, SOME)), 0
        while left:
            started = time.monotonic()
            count += self.remove_some(left)
            if left:  # whoever waits gets as long
                time.sleep(time.monotonic() - started)
        return count

    def remove_some(self, left: deque[list[int]]) -> int:
        """Delete the first of these documents, for as long as others may be made to wait."""
        count, ends = 0, time.monotonic() + HELD
        with transaction.atomic():
            collection = self.collections().select_for_update().first()
            if collection is None:
                left.clear()
                return 0
            while left:
                count += self.remove(collection, collection.documents.filter(pk__in=left.popleft()))
                if time.monotonic() >= ends:
                    break
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
            collection.rearranged_at = collection.version + 1
            transaction.on_commit(lambda: vector_index().remove(collection, gone), robust=True)
        return len(keys)

    # --- Reading -------------------------------------------------------------------------

    def query(self, questions: Sequence[tuple[str, Filter, int]]) -> list[list[Hit]]:
        """Return, for each question with its filter and how many it wants, the best chunks."""
        collection = self.collection()
        if collection is None or not collection.chunk_count:
            return [[] for _ in questions]
        require_model(collection)
        model = embedder()
        try:
            with dear_work(characters=sum(len(text) for text, _, _ in questions)):
                vectors = model.questions([text for text, _, _ in questions])
                return [
                    search(collection, text, vector, model=model, where=where)[:wanted]
                    for (text, where, wanted), vector in zip(questions, vectors, strict=True)
                ]
        except ValueError:  # vectors of two lengths: a move to another model has just ended
            collection.refresh_from_db()
            require_model(collection)
            raise


def full() -> TooManyChunksError:
    return TooManyChunksError(
        f"All documents together may make {settings.RETRIEVAL_MAX_COLLECTION_CHUNKS:,} "
        "passages. Delete documents that are no longer needed. Nothing was stored."
    )


def cut_within(documents: Sequence[NewDocument], at_most: int) -> list[list[Passage]]:
    """Return the passages of each document; raises TooManyAtOnceError at the first too many."""
    cut: list[list[Passage]] = []
    left = at_most
    for document in documents:
        cut.append(list(islice(passages(document.text), left + 1)))
        left -= len(cut[-1])
        if left < 0:
            raise TooManyAtOnceError(
                f"That makes more passages than one call may bring, {at_most:,}. Send less at a "
                "time, or as a file without wait=true, which is saved in the background. Nothing "
                "was stored."
            )
    return cut


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


def prepared(
    documents: Sequence[NewDocument], cut: Sequence[Sequence[Passage]]
) -> Generator[tuple[int, int], None, list[list[ReadyPassage]]]:
    """Return the passages of each document with what they are found by.

    Yields how many have it already, of how many. Names the document that prevents it.
    """
    every = [passage for each in cut for passage in each]
    made: list[ReadyPassage] = []
    try:
        for start in range(0, len(every), SLICE):
            yield start, len(every)
            made += ready(every[start : start + SLICE])
    except BadInputError:
        for document, each in zip(documents, cut, strict=True):
            try:
                ready(each)
            except BadInputError as error:
                raise RefusedError(
                    f"Document '{document.id}': {error.reason} Nothing was stored."
                ) from error
        raise
    rest = iter(made)
    return [list(islice(rest, len(each))) for each in cut]
