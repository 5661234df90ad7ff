"""Loads many documents, and goes on where an earlier load of the same ones stopped."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection, reset_queries

from retrieval.datastore import Datastore, NewDocument
from retrieval.exceptions import OtherModelError, RefusedError, UnavailableError
from retrieval.reading import BadRow, Row
from retrieval.rows import batches, execute

if TYPE_CHECKING:
    from retrieval.review import Reviewer

REVIEWS = 4
"""Documents that the model is asked about at a time."""
WITHOUT_LIMIT = 10**9  # chunks of one document


@dataclass(frozen=True)
class HeldBack:
    """A document that is not stored: it holds personal data of these kinds."""

    where: str
    kinds: list[str]


@dataclass
class Tally:
    loaded: int = 0
    unchanged: int = 0
    bad: int = 0
    held_back: int = 0
    """Of documents with personal data."""


def load(
    store: Datastore,
    rows: Iterable[Row],
    *,
    batch: int,
    report: Callable[[BadRow | HeldBack], None],
    progress: Callable[[int], object],
    reviewer: "Reviewer | None" = None,
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
        if reviewer and new:
            new = reviewed(reviewer, new, report, tally)
        tally.loaded += put(store, new, report, tally)
        progress(len(some))
        reset_queries()  # which development keeps, vectors and all
    if tally.loaded:
        refresh_statistics()
    return tally


def reviewed(
    reviewer: "Reviewer",
    documents: list[NewDocument],
    report: Callable[[BadRow | HeldBack], None],
    tally: Tally,
) -> list[NewDocument]:
    """Return the documents that the model lets in, with what it says of them."""
    passed = []
    with ThreadPoolExecutor(REVIEWS) as pool:
        try:
            for verdict in pool.map(reviewer.review, documents):
                if isinstance(verdict, NewDocument):
                    passed.append(verdict)
                    continue
                report(verdict)
                if isinstance(verdict, HeldBack):
                    tally.held_back += 1
                else:
                    tally.bad += 1
        except BaseException:
            reviewer.failed.append(UnavailableError("It was stopped."))  # threads are waited for
            raise
    return passed


def put(
    store: Datastore,
    documents: list[NewDocument],
    report: Callable[[BadRow | HeldBack], None],
    tally: Tally,
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
