"""PostgreSQL's pgvector (0.8 or newer): an HNSW index beside the chunks.

Exact where few chunks are in question, by the index where many are. Iterative scans, which
older versions lack, go on through the index until enough of what it finds passes the filter.
"""

from collections.abc import Iterable, Sequence
from math import isqrt

from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction
from django.db.utils import OperationalError, ProgrammingError

from retrieval.embeddings import embedder
from retrieval.filters import Filter
from retrieval.indexes import VectorIndex
from retrieval.models import Chunk, Collection, Vector
from retrieval.rows import execute

OLDEST = (0, 8)
FEW = 10_000  # chunks; an exact scan of so many takes milliseconds
SEARCH_LIST = 200  # hnsw.ef_search: candidates held while searching
MAX_SCANNED = 200_000  # hnsw.max_scan_tuples: how far an iterative scan goes


class PgvectorIndex(VectorIndex):
    def prepare(self) -> None:
        """Make the extension, and the table of the site's model."""
        if connection.vendor != "postgresql":
            raise ImproperlyConfigured(
                "RETRIEVAL_INDEX=pgvector needs PostgreSQL: set DATABASE_URL to one."
            )
        try:
            execute("CREATE EXTENSION IF NOT EXISTS vector")
        except (OperationalError, ProgrammingError) as error:
            raise ImproperlyConfigured(
                f"PostgreSQL has no extension 'vector': {error}. Install pgvector, and let "
                "a superuser run CREATE EXTENSION vector."
            ) from error
        [(version,)] = execute("SELECT extversion FROM pg_extension WHERE extname = 'vector'")
        if tuple(int(part) for part in version.split(".")[:2]) < OLDEST:
            raise ImproperlyConfigured(
                f"pgvector is {version}; 0.8 or newer is needed for searches with a filter. "
                "Update it, and run ALTER EXTENSION vector UPDATE."
            )
        dimension = embedder().dimension
        name = table(dimension)
        with transaction.atomic():
            # Only one process makes it.
            execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [name])
            execute(
                f"CREATE TABLE IF NOT EXISTS {name} (chunk_id bigint PRIMARY KEY, "
                f"embedding vector({dimension}) NOT NULL)"
            )
            execute(
                f"CREATE INDEX IF NOT EXISTS {name}_hnsw ON {name} "
                "USING hnsw (embedding vector_cosine_ops)"
            )

    def add(self, collection: Collection, chunks: Iterable[Chunk]) -> None:
        """Insert in the transaction that makes the chunks."""
        name = table(collection.dimension)
        with connection.cursor() as cursor:
            cursor.executemany(
                f"""
                INSERT INTO {name} (chunk_id, embedding) VALUES (%s, %s::vector)
                ON CONFLICT (chunk_id) DO UPDATE SET embedding = excluded.embedding
                """,
                [(chunk.pk, literal(chunk.vector)) for chunk in chunks],
            )

    def remove(self, collection: Collection, chunk_ids: Sequence[int]) -> None:
        name = table(collection.dimension)
        execute(f"DELETE FROM {name} WHERE chunk_id = ANY(%s)", [list(chunk_ids)])

    def nearest(
        self, collection: Collection, vector: Vector, *, limit: int, where: Filter
    ) -> list[int]:
        restriction, params = "chunk.collection_id = %s", (collection.pk,)
        if where:  # which names the collection itself: said twice, the planner misjudges it
            sql, params = where.documents(collection).values("pk").query.sql_with_params()
            restriction = f"chunk.document_id IN ({sql})"
        name = table(collection.dimension)
        few = collection.chunk_count <= FEW
        with transaction.atomic():
            if not few and where:
                # To compare all that pass takes as long as they are many; the index goes through
                # limit * all / passing until enough have passed. Here the two are alike.
                most = isqrt(limit * collection.chunk_count)
                documents = where.documents(collection)
                chunks = Chunk.objects.filter(document__in=documents).order_by()
                # Documents first: an index alone counts them, and each has a chunk.
                few = not any(rows[: most + 1].count() > most for rows in (documents, chunks))
            order = "vector.embedding <=> %s::vector"
            if few:
                order = f"({order}) + 0"  # which the index does not serve: all rows are compared
            else:
                # Relaxed: in a strict order, what passes is left out where it comes late.
                execute(
                    "SET LOCAL hnsw.iterative_scan = relaxed_order; "
                    f"SET LOCAL hnsw.ef_search = {SEARCH_LIST}; "
                    f"SET LOCAL hnsw.max_scan_tuples = {MAX_SCANNED}; "
                    "SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off"
                )
            found = execute(
                f"""
                SELECT vector.chunk_id FROM {name} AS vector
                JOIN retrieval_chunk AS chunk ON chunk.id = vector.chunk_id
                WHERE {restriction} ORDER BY {order} LIMIT %s
                """,
                [*params, literal(vector), limit],
            )
        return [pk for (pk,) in found]


def table(dimension: int) -> str:
    return f"retrieval_vector_{int(dimension)}"


def literal(vector: Vector) -> str:
    """Return a vector as pgvector writes it."""
    return "[" + ",".join(f"{number:.8g}" for number in vector.tolist()) + "]"
