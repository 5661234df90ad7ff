"""The vector index that the settings choose."""

from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from retrieval.indexes.base import VectorIndex

INDEXES = {
    "embedded": "retrieval.indexes.embedded.EmbeddedIndex",
    "pgvector": "retrieval.indexes.pgvector.PgvectorIndex",
    "haystack": "retrieval.indexes.haystack.HaystackIndex",
}


@cache
def vector_index() -> VectorIndex:
    index: VectorIndex = import_string(INDEXES[settings.RETRIEVAL_INDEX])()
    return index
