"""What is sent to the stores that cannot run here, against what was recorded.

RECORD=1 records it anew; what has changed then is to be held against the service's documentation.
"""

import importlib.util
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytest_django import Settings

from retrieval.filters import Filter
from retrieval.indexes.haystack import HaystackIndex
from retrieval.models import Chunk, Collection, Document
from tests.retrieval.stores.recording import ADDRESS
from tests.retrieval.stores.services import SERVICES

pytestmark = [
    pytest.mark.django_db,
    # Some clients have no way to close their connections.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.skipif(
        importlib.util.find_spec("haystack_integrations") is None,
        reason="Haystack's stores are not installed: make test-stores brings them",
    ),
]

SENT = Path(__file__).parent / "stores" / "sent"
DAY = datetime(2024, 3, 5, 12, tzinfo=UTC)


@pytest.fixture
def chunk() -> Chunk:
    collection = Collection.objects.create(pk=5, store="shelf", model="made-up", dimension=4)
    document = Document.objects.create(
        pk=6, collection=collection, key="mail", author="O'Hara", source="email", created_at=DAY
    )
    embedding = np.full(4, 0.5, "<f4").tobytes()
    return Chunk.objects.create(
        pk=7, collection=collection, document=document, position=0, embedding=embedding
    )


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_sent_what_was_recorded(
    name: str, chunk: Chunk, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = SERVICES[name]
    with service.recorder(service.answers) as (url, sent):
        monkeypatch.setenv("STORE_KEY", "secret")
        for variable in service.environment:
            monkeypatch.setenv(variable, url)
        settings.RETRIEVAL_HAYSTACK_STORE = service.store
        settings.RETRIEVAL_HAYSTACK_OPTIONS = in_place(service.options, ADDRESS, url)
        index = HaystackIndex()
        index.add(chunk.collection, [chunk])
        asked = np.array([1, 0, 0, 0], np.float32)
        where = Filter(author="O'Hara", start_date=DAY)
        assert index.nearest(chunk.collection, asked, limit=3, where=where) == [7]
        nobody = Filter(author="Nobody")  # whom the server lets through all the same
        assert index.nearest(chunk.collection, asked, limit=3, where=nobody) == []
        index.remove(chunk.collection, [7])
        if hasattr(index.documents, "close"):
            index.documents.close()
    sent = in_place(sent, url, ADDRESS)
    recorded = SENT / f"{name}.json"
    if os.environ.get("RECORD"):
        recorded.write_text(json.dumps(sent, indent=1) + "\n")
    assert sent == json.loads(recorded.read_text())


def in_place(value: Any, old: str, new: str) -> Any:
    """Return a value of JSON with one text in another's place; a port is a number."""
    if new.isdigit():
        old, new = f'"{old}"', new
    return json.loads(json.dumps(value).replace(old, new))
