"""Full-text search: SQLite's FTS5, or PostgreSQL's tsvector.

Each term is kept with its collection in front of it (`12_viscou`), so that a collection is
searched by itself: how often a word occurs elsewhere changes nothing, and costs nothing.
"""

from collections.abc import Mapping, Sequence

from django.db import connection

from retrieval.filters import Filter
from retrieval.models import Collection

CROWD = 10_000  # chunks; where the rarer terms name so many, commoner ones add none


def indexed(collection: Collection, terms: Sequence[str]) -> str:
    """Return what `Chunk.terms` holds."""
    return " ".join(f"{collection.pk}_{term}" for term in terms)


def frequencies(collection: Collection, terms: Sequence[str]) -> dict[str, int]:
    """Return in how many chunks of the collection each term occurs, where it does."""
    names = {f"{collection.pk}_{term}": term for term in terms}
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            marks = ", ".join(["%s"] * len(names))
            cursor.execute(
                f"SELECT term, doc FROM retrieval_vocabulary WHERE term IN ({marks})", list(names)
            )
        else:
            cursor.execute(
                """
                SELECT term, (
                    SELECT count(*) FROM (
                        SELECT 1 FROM retrieval_chunk
                        WHERE terms_vector @@ quote_literal(term)::tsquery LIMIT %s
                    ) AS found
                ) FROM unnest(%s::text[]) AS term
                """,
                [5 * CROWD, list(names)],
            )
        return {names[name]: count for name, count in cursor.fetchall() if count}


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
    restriction, params = "", []
    if where:
        sql, values = where.documents(collection).values("pk").query.sql_with_params()
        restriction, params = f"AND chunk.document_id IN ({sql})", list(values)
    names = [f'"{collection.pk}_{term}"' for term in chosen]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                f"""
                SELECT chunk.id FROM retrieval_terms
                JOIN retrieval_chunk AS chunk ON chunk.id = retrieval_terms.rowid
                WHERE retrieval_terms MATCH %s {restriction}
                ORDER BY bm25(retrieval_terms), chunk.id LIMIT %s
                """,
                [" OR ".join(names), *params, limit],
            )
        else:
            quoted = [name.replace('"', "'") for name in names]
            score = " + ".join(["(terms_vector @@ %s::tsquery)::int * %s::float8"] * len(chosen))
            scored = [each for q, t in zip(quoted, chosen, strict=True) for each in (q, weights[t])]
            cursor.execute(
                f"""
                SELECT chunk.id FROM retrieval_chunk AS chunk
                WHERE terms_vector @@ %s::tsquery {restriction}
                ORDER BY {score} DESC, length(terms_vector), chunk.id LIMIT %s
                """,
                [" | ".join(quoted), *params, *scored, limit],
            )
        return [pk for (pk,) in cursor.fetchall()]
