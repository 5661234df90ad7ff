"""Moves collections from one embedding model to another, without a time in which none works.

The new embeddings are made beside the old ones, some at a time; then one transaction puts them
in place. Stopped in between, it goes on where it stopped, and the old ones still serve.
"""

from collections.abc import Callable
from contextlib import suppress

from django.db import reset_queries, transaction
from django.db.models import F, Q, QuerySet

from retrieval.chunking import passage
from retrieval.embeddings import Embedder, embedder
from retrieval.indexes import vector_index
from retrieval.models import Chunk, Collection
from retrieval.rows import batches

BATCH = 200  # chunks


def outdated(store: str = "") -> "QuerySet[Collection]":
    """Return the collections whose embeddings are not those of the site's model."""
    current = Q(model=embedder().model, dimension=embedder().dimension)
    found = Collection.objects.filter(chunk_count__gt=0).exclude(current)
    return found.filter(store=store) if store else found


def reembed(collection: Collection, *, progress: Callable[[int], object]) -> None:
    """Give a collection's chunks embeddings by the site's model; pass over one that is gone."""
    with suppress(Collection.DoesNotExist):
        _reembed(collection, progress)


def _reembed(collection: Collection, progress: Callable[[int], object]) -> None:
    model = embedder()
    name = f"{model.model}:{model.dimension}"
    with transaction.atomic():
        locked = Collection.objects.select_for_update().get(pk=collection.pk)
        if locked.next_model != name:  # what an earlier move to another model left
            locked.chunks.update(next_embedding=None)
            locked.next_model = name
            locked.save(update_fields=["next_model"])
    while made := embed_some(collection, model):
        progress(made)
    with transaction.atomic():
        locked = Collection.objects.select_for_update().get(pk=collection.pk)
        while made := embed_some(locked, model):  # what came in meanwhile
            progress(made)
        locked.chunks.update(embedding=F("next_embedding"), next_embedding=None)
        locked.model, locked.dimension, locked.next_model = model.model, model.dimension, ""
        locked.version += 1
        locked.rearranged_at = locked.version
        locked.save()
        index_again(locked)


def embed_some(collection: Collection, model: Embedder) -> int:
    """Embed some of the chunks that have no new embedding yet; return how many."""
    waiting = collection.chunks.filter(next_embedding=None).select_related("document")
    chunks = list(waiting.order_by("id")[:BATCH])
    vectors = model.passages(
        [passage(chunk.text, chunk.position, chunk.document.text).searched for chunk in chunks]
    )
    for chunk, vector in zip(chunks, vectors, strict=True):
        chunk.next_embedding = vector.astype("<f4").tobytes()
    Chunk.objects.bulk_update(chunks, ["next_embedding"], BATCH)
    reset_queries()  # which development keeps, vectors and all
    return len(chunks)


def index_again(collection: Collection, *, progress: Callable[[int], object] = int) -> None:
    """Give all chunks of a collection to the vector index."""
    rows = collection.chunks.select_related("document").defer("document__text").order_by("id")
    for chunks in batches(rows.iterator(BATCH), BATCH):
        vector_index().add(collection, chunks)
        progress(len(chunks))
