"""Loads what searches need when a process begins to serve, so that the first one does not wait."""

import logging
from threading import Thread
from typing import Any

from django.db import connection

from retrieval.embeddings import embedder
from retrieval.indexes import vector_index
from retrieval.models import Collection

logger = logging.getLogger(__name__)

LARGE = 1_000  # chunks; fewer are read in some milliseconds
MOST = 100  # collections


def load_soon(**kwargs: Any) -> None:
    Thread(target=load_behind, name="load-ahead", daemon=True).start()


def load_behind() -> None:
    try:
        load_ahead()
    except Exception:
        logger.exception("Nothing was loaded ahead; the first search does it")
    finally:
        connection.close()


def load_ahead() -> None:
    """Load the model where there are documents, and the index of the large collections."""
    filled = Collection.objects.filter(chunk_count__gt=0).exclude(store="")
    if not filled.exists():
        return
    embedder()
    large = list(filled.filter(chunk_count__gte=LARGE).order_by("-chunk_count")[:MOST])
    for collection in reversed(large):  # the largest last: where not all fit, it stays
        vector_index().load(collection)
