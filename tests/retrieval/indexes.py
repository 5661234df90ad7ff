"""The vector indexes that can run here, each new and empty."""

import importlib.util
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection
from pytest_django import Settings

from retrieval import indexes
from retrieval.indexes import VectorIndex

STORES = "haystack_integrations.document_stores"


def embedded(settings: Settings, directory: Path) -> None:
    settings.RETRIEVAL_INDEX = "embedded"


def pgvector(settings: Settings, directory: Path) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("pgvector needs PostgreSQL: make test-stores brings one")
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'vector'")
        if cursor.fetchone() is None:
            pytest.skip("this PostgreSQL has no pgvector: make test-stores brings one")
    settings.RETRIEVAL_INDEX = "pgvector"


def qdrant(settings: Settings, directory: Path) -> None:
    haystack(
        settings,
        f"{STORES}.qdrant.QdrantDocumentStore",
        {"path": str(directory / "qdrant"), "embedding_dim": 384, "index": "chunks"},
    )


def chroma(settings: Settings, directory: Path) -> None:
    haystack(
        settings,
        f"{STORES}.chroma.ChromaDocumentStore",
        {"persist_path": str(directory / "chroma"), "distance_function": "cosine"},
    )


def milvus(settings: Settings, directory: Path) -> None:
    haystack(
        settings,
        "milvus_haystack.MilvusDocumentStore",
        {"connection_args": {"uri": str(directory / "milvus.db")}, "collection_name": "chunks"},
    )


def lancedb(settings: Settings, directory: Path) -> None:
    if importlib.util.find_spec("lancedb") is None:
        pytest.skip("LanceDB is not installed: make test-stores brings it")
    settings.RETRIEVAL_INDEX = "lancedb"
    settings.RETRIEVAL_INDEX_PATH = str(directory / "lancedb")


def haystack(settings: Settings, path: str, options: dict[str, object]) -> None:
    if importlib.util.find_spec("haystack_integrations") is None:
        pytest.skip("Haystack's stores are not installed: make test-stores brings them")
    settings.RETRIEVAL_INDEX = "haystack"
    settings.RETRIEVAL_HAYSTACK_STORE = path
    settings.RETRIEVAL_HAYSTACK_OPTIONS = options


INDEXES: dict[str, Callable[[Settings, Path], None]] = {
    "embedded": embedded,
    "pgvector": pgvector,
    "qdrant": qdrant,
    "chroma": chroma,
    "milvus": milvus,
    "lancedb": lancedb,
}


@contextmanager
def chosen(name: str, settings: Settings, directory: Path) -> Iterator[VectorIndex]:
    """Make an index the site's, as the settings would at a start."""
    INDEXES[name](settings, directory)
    indexes.vector_index.cache_clear()
    try:
        made = indexes.vector_index()
        made.prepare()
        yield made
    finally:
        indexes.vector_index.cache_clear()
