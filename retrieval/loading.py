"""Loads many documents, and goes on where an earlier load of the same ones stopped."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import connection, reset_queries

from retrieval.datastore import Datastore, NewDocument
from retrieval.exceptions import OtherModelError, RefusedError
from retrieval.reading import BadRow, Row
from retrieval.rows import batches, execute

WITHOUT_LIMIT = 10**9  # chunks of one document


@dataclass
class Tally:
    loaded: int = 0
    unchanged: int = 0
    bad: int = 0


def load(
    store: Datastore,
    rows: Iterable[Row],
    *,
    batch: int,
    report: Callable[[BadRow], None],
    progress: Callable[[int], object],
) -> Tally:
    """Put documents in, `batch` in a transaction; pass over those that are in as they are.

    Each batch is in whole or not at all, so that a load that died has lost at most one.
    """
    tally = Tally()
    for some in batches(rows, batch):
        good: dict[str, NewDocument] = {}
        for row in some:
            if row is None:
                tally.unchanged += 1
            elif isinstance(row, BadRow):
                report(row)
                tally.bad += 1
            else:  # of two with one id, the later counts
                good[row.id] = row
        held = store.documents().filter(key__in=list(good)).order_by()
        known = dict(held.values_list("key", "digest"))
        new = [row for key, row in good.items() if not row.digest or known.get(key) != row.digest]
        tally.unchanged += len(good) - len(new)
        tally.loaded += put(store, new, report, tally)
        progress(len(some))
        reset_queries()  # which development keeps, vectors and all
    if tally.loaded:
        refresh_statistics()
    return tally


def put(
    store: Datastore, documents: list[NewDocument], report: Callable[[BadRow], None], tally: Tally
) -> int:
    """Upsert documents together; one that is refused alone does not keep out the others."""
    if not documents:
        return 0
    try:
        return len(store.upsert(documents, at_most=WITHOUT_LIMIT))
    except OtherModelError:
        raise  # which is no document's fault
    except RefusedError as error:
        if len(documents) > 1:
            return sum(put(store, [document], report, tally) for document in documents)
        report(BadRow(f"document {documents[0].id}", str(error)))
        tally.bad += 1
        return 0


def refresh_statistics() -> None:
    """Let PostgreSQL's planner know at once of what was loaded; by itself it learns in minutes."""
    if connection.vendor == "postgresql":
        execute("ANALYZE retrieval_document, retrieval_chunk")
