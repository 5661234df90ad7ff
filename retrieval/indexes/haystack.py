"""Any of Haystack's document stores, by the name of its class.

They share one filter language. Each chunk is a document of theirs, under its number.
"""

import os
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from retrieval.filters import Filter
from retrieval.indexes import VectorIndex, answering
from retrieval.indexes.compared import TYPES, compared, conditions
from retrieval.models import Chunk, Collection, Vector

INTEGRATIONS = "haystack_integrations.components.retrievers"
RETRIEVERS = {
    "QdrantDocumentStore": f"{INTEGRATIONS}.qdrant.QdrantEmbeddingRetriever",
    "ChromaDocumentStore": f"{INTEGRATIONS}.chroma.ChromaEmbeddingRetriever",
    "MilvusDocumentStore": "milvus_haystack.MilvusEmbeddingRetriever",
    # Not exercised here: they need a service.
    "ValkeyDocumentStore": f"{INTEGRATIONS}.valkey.ValkeyEmbeddingRetriever",
    "WeaviateDocumentStore": f"{INTEGRATIONS}.weaviate.WeaviateEmbeddingRetriever",
    "PineconeDocumentStore": f"{INTEGRATIONS}.pinecone.PineconeEmbeddingRetriever",
    "ElasticsearchDocumentStore": f"{INTEGRATIONS}.elasticsearch.ElasticsearchEmbeddingRetriever",
    "OpenSearchDocumentStore": f"{INTEGRATIONS}.opensearch.OpenSearchEmbeddingRetriever",
    "MongoDBAtlasDocumentStore": f"{INTEGRATIONS}.mongodb_atlas.MongoDBAtlasEmbeddingRetriever",
    "AzureDocumentDBDocumentStore": (
        f"{INTEGRATIONS}.azure_documentdb.AzureDocumentDBEmbeddingRetriever"
    ),
    "AzureAISearchDocumentStore": f"{INTEGRATIONS}.azure_ai_search.AzureAISearchEmbeddingRetriever",
    "AstraDocumentStore": f"{INTEGRATIONS}.astra.AstraEmbeddingRetriever",
}
OPERATORS = {"exact": "==", "gte": ">=", "lte": "<="}
NAMESPACE = uuid.UUID("4c6a7c0e-6e0b-4b1c-9d4e-5a1f3c1b2d10")


class HaystackIndex(VectorIndex):
    def __init__(self) -> None:
        os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "False"  # read when it is imported
        os.environ["ANONYMIZED_TELEMETRY"] = "False"
        path = settings.RETRIEVAL_HAYSTACK_STORE
        name = path.rpartition(".")[2]
        retriever = RETRIEVERS.get(name)
        if retriever is None:
            raise ImproperlyConfigured(
                f"RETRIEVAL_HAYSTACK_STORE names '{path}'. Known are: {', '.join(RETRIEVERS)}."
            )
        given = secret(settings.RETRIEVAL_HAYSTACK_OPTIONS)
        self.documents = imported(path)(**declared(name) | given)
        self.retriever = imported(retriever)(document_store=self.documents)

    def add(self, collection: Collection, chunks: Iterable[Chunk]) -> None:
        from haystack import Document as Entry
        from haystack.document_stores.types import DuplicatePolicy

        entries = [
            Entry(
                id=entry_id(chunk.pk),
                content="",
                embedding=chunk.vector.tolist(),
                meta={"chunk": chunk.pk, **compared(collection, chunk)},
            )
            for chunk in chunks
        ]
        if entries:
            with answering():
                self.documents.write_documents(entries, policy=DuplicatePolicy.OVERWRITE)

    def remove(self, collection: Collection, chunk_ids: Sequence[int]) -> None:
        self.documents.delete_documents([entry_id(pk) for pk in chunk_ids])

    def nearest(
        self, collection: Collection, vector: Vector, *, limit: int, where: Filter
    ) -> list[int]:
        with answering():
            found = self.retriever.run(
                query_embedding=vector.tolist(), filters=filters(collection, where), top_k=limit
            )
        ids = [int(entry.meta["chunk"]) for entry in found["documents"]]
        if not where:
            return ids
        # A store whose own filter is loose finds too few, and never what should not be found.
        let_through = Chunk.objects.filter(pk__in=ids, document__in=where.documents(collection))
        kept = set(let_through.values_list("pk", flat=True))
        return [pk for pk in ids if pk in kept]


def imported(path: str) -> Any:
    try:
        return import_string(path)
    except ImportError as error:
        raise ImproperlyConfigured(
            f"'{path}' cannot be imported: {error}. Install the store's package, such as "
            "qdrant-haystack or chroma-haystack, and name its class in RETRIEVAL_HAYSTACK_STORE."
        ) from error


def secret(value: Any) -> Any:
    """Return a store's arguments; `{"env": "NAME"}` stands for a secret in the environment."""
    from haystack.utils import Secret

    if not isinstance(value, dict):
        return value
    if set(value) == {"env"}:
        return Secret.from_env_var(value["env"])
    return {name: secret(each) for name, each in value.items()}


def declared(store: str) -> dict[str, Any]:
    """Return what tells a store the columns, where it does not find out by itself, or not well."""
    columns = {"chunk": int, **TYPES}
    if store in ("ValkeyDocumentStore", "AzureAISearchDocumentStore"):
        # A whole number would have 32 bits in Azure AI Search; a float is exact for ours.
        kinds = {int: float, str: str}
        return {"metadata_fields": {name: kinds[kind] for name, kind in columns.items()}}
    if store == "WeaviateDocumentStore":
        # By itself it takes texts apart into words, and compares those.
        types: dict[type, dict[str, Any]] = {
            int: {"dataType": ["int"]},
            str: {"dataType": ["text"], "tokenization": "field"},
        }
        texts = dict.fromkeys(("_original_id", "content"), str)
        properties = [{"name": name, **types[kind]} for name, kind in (texts | columns).items()]
        return {"collection_settings": {"class": "Chunks", "properties": properties}}
    return {}


def entry_id(pk: int) -> str:
    """Return a chunk's id there; a UUID, since some stores take no other."""
    return str(uuid.uuid5(NAMESPACE, str(pk)))


def filters(collection: Collection, where: Filter) -> dict[str, Any]:
    """Say a filter in Haystack's language."""
    said = [
        {"field": f"meta.{column}", "operator": OPERATORS[lookup], "value": value}
        for column, lookup, value in conditions(collection, where)
    ]
    # Chroma takes no AND of one.
    return said[0] if len(said) == 1 else {"operator": "AND", "conditions": said}
