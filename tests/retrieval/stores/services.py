"""The services that cannot run here: how each is set, and how it answers.

Each holds one chunk, number 7, of the document "mail" in collection 5.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from retrieval.indexes.haystack import entry_id
from tests.ports import free_port
from tests.retrieval.stores.mongo import recording_mongo
from tests.retrieval.stores.recording import ADDRESS, recording
from tests.retrieval.stores.valkey import recording_valkey
from tests.retrieval.stores.weaviate import recording_weaviate

STORES = "haystack_integrations.document_stores"
KEY = {"env": "STORE_KEY"}
URL = {"env": "STORE_URL"}
ENTRY = entry_id(7)
META = {"chunk": 7, "collection": 5, "key": "mail"}
Recorder = Callable[[Any], AbstractContextManager[tuple[str, list[dict[str, Any]]]]]


@dataclass(frozen=True, kw_only=True)
class Service:
    """Its address stands for ADDRESS, and in the environment; the key there is "secret"."""

    store: str
    options: dict[str, Any]
    answers: Mapping[str, Any]
    environment: tuple[str, ...] = ("STORE_URL",)
    recorder: Recorder = recording


def search_engine(store: str, **options: object) -> Service:
    """Elasticsearch, and OpenSearch, which it once was."""
    hit = {"_index": "chunks", "_id": ENTRY, "_score": 0.9, "_source": {"id": ENTRY, **META}}
    done = {"took": 1, "errors": False, "items": [{"index": {"_id": ENTRY, "status": 200}}]}
    return Service(
        store=store,
        options={"hosts": ADDRESS, "index": "chunks", **options},
        answers={
            "GET /": {"version": {"number": "8.19.0"}, "tagline": "You Know, for Search"},
            "PUT /chunks": {"acknowledged": True, "index": "chunks"},
            "PUT /chunks/_bulk": done,
            "POST /chunks/_bulk": done,
            "POST /chunks/_search": {
                "took": 1,
                "hits": {"total": {"value": 1, "relation": "eq"}, "hits": [hit]},
            },
        },
    )


AZURE_INDEX = {
    "name": "chunks",
    "fields": [
        {"name": "id", "type": "Edm.String", "key": True},
        {"name": "content", "type": "Edm.String"},
        {"name": "embedding", "type": "Collection(Edm.Single)"},
        {"name": "chunk", "type": "Edm.Double"},
        {"name": "collection", "type": "Edm.Double"},
        {"name": "key", "type": "Edm.String"},
        {"name": "source", "type": "Edm.String"},
        {"name": "source_id", "type": "Edm.String"},
        {"name": "author", "type": "Edm.String"},
        {"name": "created_at", "type": "Edm.Double"},
    ],
}
PINECONE_INDEX = {
    "name": "chunks",
    "host": ADDRESS,
    "schema": {"fields": {"_values": {"type": "dense_vector", "dimension": 4, "metric": "cosine"}}},
    "deployment": {"deployment_type": "managed", "cloud": "aws", "region": "us-east-1"},
    "status": {"ready": True, "state": "Ready"},
    "deletion_protection": "disabled",
}
WEAVIATE_PORT = free_port()
WEAVIATE_CLASS: dict[str, Any] = {
    "class": "Chunks",
    "properties": [
        {"name": name, "dataType": [kind], "indexFilterable": True, "indexSearchable": False}
        for name, kind in [("_original_id", "text"), ("chunk", "int")]
    ],
    "invertedIndexConfig": {
        "bm25": {"b": 0.75, "k1": 1.2},
        "cleanupIntervalSeconds": 60,
        "stopwords": {"preset": "en", "additions": None, "removals": None},
    },
    "multiTenancyConfig": {"enabled": False},
    "replicationConfig": {"factor": 1},
    "shardingConfig": {
        "virtualPerPhysical": 128,
        "desiredCount": 1,
        "actualCount": 1,
        "desiredVirtualCount": 128,
        "actualVirtualCount": 128,
        "key": "_id",
        "strategy": "hash",
        "function": "murmur3",
    },
    "vectorIndexType": "hnsw",
    "vectorIndexConfig": {
        "distance": "cosine",
        "skip": False,
        "cleanupIntervalSeconds": 300,
        "maxConnections": 32,
        "efConstruction": 128,
        "ef": -1,
        "dynamicEfMin": 100,
        "dynamicEfMax": 500,
        "dynamicEfFactor": 8,
        "vectorCacheMaxObjects": 1_000_000_000_000,
        "flatSearchCutoff": 40_000,
        "filterStrategy": "sweeping",
    },
    "vectorizer": "none",
}
ASTRA = "POST /api/json/v1/default_keyspace"

SERVICES = {
    "elasticsearch": search_engine(f"{STORES}.elasticsearch.ElasticsearchDocumentStore"),
    "opensearch": search_engine(f"{STORES}.opensearch.OpenSearchDocumentStore", embedding_dim=4),
    "azure-ai-search": Service(
        store=f"{STORES}.azure_ai_search.AzureAISearchDocumentStore",
        options={
            "azure_endpoint": URL,
            "api_key": KEY,
            "index_name": "chunks",
            "embedding_dimension": 4,
        },
        answers={
            "GET /indexes": {"value": []},
            "POST /indexes": AZURE_INDEX,
            "GET /indexes('chunks')": AZURE_INDEX,
            "POST /indexes('chunks')/docs/search.index": {
                "value": [{"key": ENTRY, "status": True, "statusCode": 200}]
            },
            "POST /indexes('chunks')/docs/search.post.search": {
                "value": [{"@search.score": 0.9, "id": ENTRY, "content": "", **META}]
            },
            f"GET /indexes('chunks')/docs('{ENTRY}')": {"id": ENTRY, "content": "", **META},
            "GET /indexes('chunks')/docs/$count": 1,
        },
    ),
    "pinecone": Service(
        store=f"{STORES}.pinecone.PineconeDocumentStore",
        options={"api_key": KEY, "index": "chunks", "dimension": 4, "metric": "cosine"},
        environment=("PINECONE_CONTROLLER_HOST",),
        answers={
            "GET /indexes": {"indexes": [PINECONE_INDEX]},
            "GET /indexes/chunks": PINECONE_INDEX,
            "POST /describe_index_stats": {"dimension": 4, "namespaces": {}, "totalVectorCount": 0},
            "POST /vectors/upsert": {"upsertedCount": 1},
            "POST /query": {
                "matches": [{"id": ENTRY, "score": 0.9, "values": [0.5] * 4, "metadata": META}],
                "namespace": "default",
                "usage": {"readUnits": 1},
            },
            "POST /vectors/delete": {},
        },
    ),
    "astra": Service(
        store=f"{STORES}.astra.AstraDocumentStore",
        options={
            "api_endpoint": URL,
            "token": KEY,
            "collection_name": "chunks",
            "embedding_dimension": 4,
        },
        answers={
            f"{ASTRA} findCollections": {"status": {"collections": []}},
            f"{ASTRA} createCollection": {"status": {"ok": 1}},
            # Whether the entry is there when it is added, and whether any is when it is deleted.
            f"{ASTRA}/chunks findOne": [
                {"data": {"document": None}},
                {"data": {"document": {"_id": ENTRY}}},
            ],
            f"{ASTRA}/chunks insertMany": {"status": {"insertedIds": [ENTRY]}},
            f"{ASTRA}/chunks find": {
                "data": {
                    "documents": [{"_id": ENTRY, "content": "", "meta": META, "$similarity": 0.9}],
                    "nextPageState": None,
                }
            },
            f"{ASTRA}/chunks deleteMany": {"status": {"deletedCount": 1}},
        },
    ),
    "mongodb-atlas": Service(
        store=f"{STORES}.mongodb_atlas.MongoDBAtlasDocumentStore",
        options={
            "mongo_connection_string": URL,
            "database_name": "site",
            "collection_name": "chunks",
            "vector_search_index": "vectors",
            "full_text_search_index": "unused",
        },
        recorder=recording_mongo,
        answers={"entry": {"id": ENTRY, "content": "", "meta": META, "score": 0.9}},
    ),
    "valkey": Service(
        store=f"{STORES}.valkey.ValkeyDocumentStore",
        options={
            "nodes_list": [["127.0.0.1", ADDRESS]],
            "index_name": "chunks",
            "embedding_dim": 4,
        },
        recorder=recording_valkey,
        answers={"entry": {"id": ENTRY, "content": "", "meta": META}},
    ),
    "weaviate": Service(
        store=f"{STORES}.weaviate.WeaviateDocumentStore",
        options={"url": ADDRESS, "grpc_port": WEAVIATE_PORT},
        recorder=recording_weaviate,
        answers={
            "port": WEAVIATE_PORT,
            "GET /v1/meta": {"version": "1.30.0"},
            "GET /v1/.well-known/ready": {},
            "GET /v1/schema": {"classes": []},
            "GET /v1/schema/Chunks": [None, WEAVIATE_CLASS],
            "POST /v1/schema": WEAVIATE_CLASS,
            "Search": {
                "results": [
                    {
                        "metadata": {"id": "00000000-0000-0000-0000-000000000007"},
                        "properties": {
                            "nonRefProps": {
                                "fields": {
                                    "_original_id": {"textValue": ENTRY},
                                    "chunk": {"intValue": 7},
                                }
                            }
                        },
                    }
                ]
            },
            "Aggregate": {"singleResult": {"objectsCount": "1"}},
            "BatchDelete": {"matches": 1, "successful": 1},
        },
    ),
    "azure-documentdb": Service(
        store=f"{STORES}.azure_documentdb.AzureDocumentDBDocumentStore",
        options={
            "mongo_connection_string": URL,
            "database_name": "site",
            "collection_name": "chunks",
        },
        recorder=recording_mongo,
        answers={
            "entry": {"document": {"id": ENTRY, "content": "", "meta": META}, "score": 0.9},
        },
    ),
}
