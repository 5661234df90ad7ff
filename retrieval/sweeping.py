"""Deletes what was emptied at one stroke: the rows of collections that belong to nobody any more.

Nobody finds such a collection, for it is in no plugin's store. Its rows go some at a time, so that
whoever else writes waits for one short transaction, not for all of them. What a process leaves
when it dies, the next sweep deletes, or `migrate`.
"""

import logging
import time
from collections.abc import Iterator
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any

from django.db import DatabaseError, connection, transaction
from django.db.models import Exists, OuterRef

from api.expiry import Expiring
from retrieval.indexes import vector_index
from retrieval.loads.models import OPEN, Load
from retrieval.models import Chunk, Collection, Document

if TYPE_CHECKING:
    from django.db.models import QuerySet

logger = logging.getLogger(__name__)

BATCH = 100  # rows of one transaction: 10 to 20 milliseconds of SQLite
SWEEPING = Lock()
"""One thread of a process sweeps; it goes on to what others abandon meanwhile."""
ASKED = Event()
"""Set by who wants it done, also while another has looked for the last time but not ended yet."""


def abandon(collection: Collection) -> None:
    """Take a collection from its store: from now on nobody finds it, and it can be made anew."""
    collection.store, collection.username = "", str(collection.pk)
    collection.save(update_fields=["store", "username"])


def abandoned() -> "QuerySet[Collection]":
    """Return what is in no store, but for the drafts of documents that are still loaded."""
    drafts = Load.objects.filter(stage__in=OPEN, draft=OuterRef("pk"))
    return Collection.objects.filter(~Exists(drafts), store="").order_by("pk")


def sweep_soon() -> None:
    """Delete the first rows now, and the others, if there are, once the transaction has ended."""
    if sweep_some():
        thread = Thread(target=sweep_behind, name="sweep", daemon=True)
        transaction.on_commit(thread.start)


def sweep_behind() -> None:
    try:
        sweep()
    except DatabaseError:
        logger.exception("Deleted documents still take up room; the next sweep goes on")
    finally:
        connection.close()


def sweep() -> None:
    """Delete all that is abandoned, resting as long as it made others wait."""
    ASKED.set()
    while ASKED.is_set() and SWEEPING.acquire(blocking=False):
        try:
            ASKED.clear()
            more = True
            while more:
                started = time.monotonic()
                more = sweep_some()
                if more:
                    time.sleep(time.monotonic() - started)
        finally:
            SWEEPING.release()


def sweep_some() -> bool:
    """Delete some rows; tell whether there may be more."""
    with transaction.atomic():
        collection = abandoned().select_for_update(skip_locked=True).first()
        if collection is None:
            return False
        chunks = first(collection.chunks.all())
        Chunk.objects.filter(pk__in=chunks).delete()
        transaction.on_commit(lambda: vector_index().remove(collection, chunks), robust=True)
        if len(chunks) < BATCH:
            documents = first(collection.documents.all())
            Document.objects.filter(pk__in=documents).delete()
            if len(documents) < BATCH:
                collection.delete()
                return abandoned().exists()
    return True


def first(rows: "QuerySet[Any, Any]") -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])


def expiring() -> Iterator[Expiring]:
    if abandoned().exists():  # seldom: a process died while it swept
        yield Expiring("emptied collections of documents", sweep_all)


def sweep_all() -> int:
    count = abandoned().count()
    while sweep_some():
        pass
    return count
