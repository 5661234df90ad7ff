"""Full-text search: SQLite's FTS5, or PostgreSQL's tsvector.

Each term is kept with its collection in front of it (`12_viscou`), so that a collection is
searched by itself: how often a word occurs elsewhere changes nothing, and costs nothing.
"""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext

from django.db import connection
from django.db.models import Expression, F, TextField, Value
from django.db.models.functions import Concat, Replace, Substr

from retrieval.filters import Filter
from retrieval.models import Collection
from retrieval.rows import by_index, execute

CROWD = 10_000  # chunks; where the rarer terms name so many, commoner ones add none
COMMON = 1_000  # chunks; a term that so many hold comes in many questions

COUNTED: dict[int, tuple[tuple[int, ...], dict[str, int]]] = {}
"""By collection the state in which its common terms were counted, and how many chunks hold each:
PostgreSQL counts those for long."""
COUNTED_MAX = 1_000  # collections


def indexed(collection: Collection, terms: Sequence[str]) -> str:
    """Return what `Chunk.terms` holds."""
    return " ".join(f"{collection.pk}_{term}" for term in terms)


def of_another(one: Collection, other: Collection) -> Expression:
    """Return, as SQL, what `Chunk.terms` holds, for chunks that go from one to the other."""
    spaced = Concat(Value(" "), F("terms"), output_field=TextField())
    return Substr(Replace(spaced, Value(f" {one.pk}_"), Value(f" {other.pk}_")), 2)


def frequencies(collection: Collection, terms: Sequence[str]) -> dict[str, int]:
    """Return in how many chunks of the collection each term occurs, where it does."""
    names = {f"{collection.pk}_{term}": term for term in terms}
    if connection.vendor == "sqlite":
        marks = ", ".join(["%s"] * len(names))
        counted = execute(
            f"SELECT term, doc FROM retrieval_vocabulary WHERE term IN ({marks})", list(names)
        )
    else:
        counted = counts(collection, list(names))
    return {names[name]: count for name, count in counted if count}


def counts(collection: Collection, names: Sequence[str]) -> list[tuple[str, int]]:
    """Count by tsvector; common terms once for each state of the collection."""
    state = (
        *(collection.version, collection.chunk_count, collection.term_count),
        *(collection.terms_version, collection.terms_done),
    )
    counted_in, common = COUNTED.get(collection.pk, ((), {}))
    if counted_in != state:
        common = {}
    known = [(name, common[name]) for name in names if name in common]
    if len(known) == len(names):
        return known
    counted = execute(
        """
        SELECT term, (
            SELECT count(*) FROM (
                SELECT 1 FROM retrieval_chunk
                WHERE terms_vector @@ quote_literal(term)::tsquery LIMIT %s
            ) AS found
        ) FROM unnest(%s::text[]) AS term
        """,
        [5 * CROWD, [name for name in names if name not in common]],
    )
    if more := {name: count for name, count in counted if count >= COMMON}:
        if len(COUNTED) >= COUNTED_MAX and collection.pk not in COUNTED:
            COUNTED.clear()
        COUNTED[collection.pk] = state, common | more
    return [*known, *counted]


def candidates(
    collection: Collection,
    weights: Mapping[str, float],
    frequency: Mapping[str, int],
    *,
    limit: int,
    where: Filter,
) -> list[int]:
    """Return the ids of the chunks that hold the most, and the weightiest, of the terms.

    `weights` and `frequency` are by term; all terms occur in the collection.
    """
    if not weights:
        return []
    chosen: list[str] = []
    total = 0
    for term in sorted(weights, key=lambda term: frequency[term]):
        if chosen and total + frequency[term] > CROWD:
            break
        chosen.append(term)
        total += frequency[term]
    restriction, params = "", ()
    if where:
        sql, params = where.documents(collection).values("pk").query.sql_with_params()
        restriction = f"AND chunk.document_id IN ({sql})"
    names = [f"{collection.pk}_{term}" for term in chosen]
    scored: list[str | float] = []
    if connection.vendor == "sqlite":
        asked = " OR ".join(f'"{name}"' for name in names)
        chunks = "retrieval_terms JOIN retrieval_chunk AS chunk ON chunk.id = retrieval_terms.rowid"
        match, order = "retrieval_terms MATCH %s", "bm25(retrieval_terms)"
    else:
        asked = " | ".join(f"'{name}'" for name in names)
        chunks, match = "retrieval_chunk AS chunk", "terms_vector @@ %s::tsquery"
        score = " + ".join(["(terms_vector @@ %s::tsquery)::int * %s::float8"] * len(chosen))
        order = f"{score} DESC, length(terms_vector)"
        for term, name in zip(chosen, names, strict=True):
            scored += [f"'{name}'", weights[term]]
    with by_index() if total >= COMMON else nullcontext():  # it takes a transaction
        found = execute(
            f"SELECT chunk.id FROM {chunks} WHERE {match} {restriction} "
            f"ORDER BY {order}, chunk.id LIMIT %s",
            [asked, *params, *scored, limit],
        )
    return [pk for (pk,) in found]
