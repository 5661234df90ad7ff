"""Any of Haystack's document stores, by the name of its class.

They share one filter language. Each chunk is a document of theirs, under its number.
"""

import logging
import os
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from retrieval.exceptions import IndexAwayError
from retrieval.filters import CONDITIONS, Filter
from retrieval.indexes import VectorIndex
from retrieval.models import Chunk, Collection, Document, Vector

logger = logging.getLogger(__name__)

INTEGRATIONS = "haystack_integrations.components.retrievers"
RETRIEVERS = {
    "QdrantDocumentStore": "qdrant.QdrantEmbeddingRetriever",
    "ChromaDocumentStore": "chroma.ChromaEmbeddingRetriever",
    # Not exercised here: they need a service.
    "WeaviateDocumentStore": "weaviate.WeaviateEmbeddingRetriever",
    "PineconeDocumentStore": "pinecone.PineconeEmbeddingRetriever",
    "ElasticsearchDocumentStore": "elasticsearch.ElasticsearchEmbeddingRetriever",
    "OpenSearchDocumentStore": "opensearch.OpenSearchEmbeddingRetriever",
    "MongoDBAtlasDocumentStore": "mongodb_atlas.MongoDBAtlasEmbeddingRetriever",
    "AzureAISearchDocumentStore": "azure_ai_search.AzureAISearchEmbeddingRetriever",
}
OPERATORS = {"exact": "==", "gte": ">=", "lte": "<="}
COMPARED = {column for column, _ in CONDITIONS.values()}
NAMESPACE = uuid.UUID("4c6a7c0e-6e0b-4b1c-9d4e-5a1f3c1b2d10")


class HaystackIndex(VectorIndex):
    def __init__(self) -> None:
        os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "False"  # read when it is imported
        os.environ["ANONYMIZED_TELEMETRY"] = "False"
        path = settings.RETRIEVAL_HAYSTACK_STORE
        self.documents = imported(path)(**options(settings.RETRIEVAL_HAYSTACK_OPTIONS))
        retriever = RETRIEVERS.get(path.rpartition(".")[2])
        if retriever is None:
            raise ImproperlyConfigured(
                f"RETRIEVAL_HAYSTACK_STORE names '{path}'. Known are: {', '.join(RETRIEVERS)}."
            )
        self.retriever = imported(f"{INTEGRATIONS}.{retriever}")(document_store=self.documents)

    def add(self, collection: Collection, chunks: Sequence[Chunk]) -> None:
        from haystack import Document as Entry
        from haystack.document_stores.types import DuplicatePolicy

        entries = [
            Entry(
                id=entry_id(chunk.pk),
                content="",
                embedding=chunk.vector.tolist(),
                meta={"chunk": chunk.pk, "collection": collection.pk, **meta(chunk.document)},
            )
            for chunk in chunks
        ]
        if entries:
            with translated():
                self.documents.write_documents(entries, policy=DuplicatePolicy.OVERWRITE)

    def remove(self, collection: Collection, chunk_ids: Sequence[int]) -> None:
        self.documents.delete_documents([entry_id(pk) for pk in chunk_ids])

    def nearest(
        self, collection: Collection, vector: Vector, *, limit: int, where: Filter
    ) -> list[int]:
        with translated():
            found = self.retriever.run(
                query_embedding=vector.tolist(), filters=filters(collection, where), top_k=limit
            )
        return [int(entry.meta["chunk"]) for entry in found["documents"]]


@contextmanager
def translated() -> Iterator[None]:
    """Turn whatever a store's client raises into what the API answers with."""
    try:
        yield
    except Exception as error:
        logger.exception("The vector index did not answer")
        raise IndexAwayError from error


def imported(path: str) -> Any:
    try:
        return import_string(path)
    except ImportError as error:
        raise ImproperlyConfigured(
            f"'{path}' cannot be imported: {error}. Install the store's package, such as "
            "qdrant-haystack or chroma-haystack, and name its class in RETRIEVAL_HAYSTACK_STORE."
        ) from error


def options(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a store's arguments; `{"env": "NAME"}` stands for a secret in the environment."""
    from haystack.utils import Secret

    return {
        name: Secret.from_env_var(value["env"])
        if isinstance(value, dict) and set(value) == {"env"}
        else value
        for name, value in values.items()
    }


def entry_id(pk: int) -> str:
    """Return a chunk's id there; a UUID, since some stores take no other."""
    return str(uuid.uuid5(NAMESPACE, str(pk)))


def meta(document: Document) -> dict[str, Any]:
    """Return what filters compare."""
    values = {"key": document.key, **document.metadata.known()}
    return {name: comparable(value) for name, value in values.items() if name in COMPARED}


def comparable(value: Any) -> Any:
    """Return a date as a number, which all stores can order."""
    return value.timestamp() if isinstance(value, datetime) else value


def filters(collection: Collection, where: Filter) -> dict[str, Any]:
    """Say a filter in Haystack's language."""
    conditions = [
        {"field": f"meta.{field}", "operator": OPERATORS[lookup], "value": comparable(value)}
        for field, lookup, value in [("collection", "exact", collection.pk), *where.conditions()]
    ]
    if len(conditions) == 1:  # Chroma takes no AND of one
        return conditions[0]
    return {"operator": "AND", "conditions": conditions}
