"""Brings the terms of stored chunks over to the rule of `retrieval/terms.py`, some at a time.

Stopped in between, it goes on where it stopped. Until a collection is done, those of its chunks
that are not are found by what both rules have in common, and by their meaning.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from django.db import transaction

from retrieval import lexical
from retrieval.chunking import passage
from retrieval.models import Chunk, Collection
from retrieval.terms import VERSION, terms

if TYPE_CHECKING:
    from django.db.models import QuerySet

BATCH = 500  # chunks


def outdated_terms(store: str = "") -> "QuerySet[Collection]":
    """Return the collections whose terms are by an older rule."""
    found = Collection.objects.filter(chunk_count__gt=0).exclude(terms_version=VERSION)
    return found.filter(store=store) if store else found


def reterm(collection: Collection, *, progress: Callable[[int], object] = int) -> None:
    """Give the chunks of a collection the terms of today's rule; pass over one that is gone."""
    with suppress(Collection.DoesNotExist):
        while made := reterm_some(collection):
            progress(made)


def reterm_some(collection: Collection) -> int:
    """Give the next chunks their terms; return how many there were.

    What comes in meanwhile has the new terms already, and is passed over as quickly.
    """
    with transaction.atomic():
        locked = Collection.objects.select_for_update().get(pk=collection.pk)
        waiting = locked.chunks.filter(pk__gt=locked.terms_done).select_related("document")
        chunks = list(waiting.order_by("pk")[:BATCH])
        for chunk in chunks:
            locked.term_count -= len(chunk.terms.split())
            made = passage(chunk.text, chunk.position, chunk.document.text)
            chunk.terms = lexical.indexed(locked, terms(made.searched, made.title))
            locked.term_count += len(chunk.terms.split())
            locked.terms_done = chunk.pk
        Chunk.objects.bulk_update(chunks, ["terms"], BATCH)
        if not chunks:
            locked.terms_version, locked.terms_done = VERSION, 0
        locked.save(update_fields=["term_count", "terms_version", "terms_done"])
        return len(chunks)
