"""The retrieval plugins, and who may open each."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User

from oauth_demo.models import Token
from retrieval.embeddings import embedder
from retrieval.indexes import vector_index
from retrieval.parsing import readers
from tests.conftest import Mount, mount_of

SHELF = [
    {
        "id": "cat",
        "text": "The cat sleeps on the warm window sill all afternoon.",
        "metadata": {"author": "Ann", "source": "chat", "created_at": "5 March 2024"},
    },
    {
        "id": "tax",
        "text": "The tax return is due at the end of May.",
        "metadata": {"author": "Bob"},
    },
]


@pytest.fixture(autouse=True, scope="session")
def forkserver_writes_down_what_it_measured() -> Iterator[None]:
    """Of its lines: at its end, which is to come before they are all put together."""
    yield
    readers.stop()


@pytest.fixture
def open_plugin(db: None) -> Mount:
    return mount_of("retrieval-none")


@pytest.fixture
def shelf(open_plugin: Mount) -> Mount:
    """Return the open plugin, with two documents in it."""
    assert open_plugin.post("/upsert", {"documents": SHELF}).status_code == 200
    return open_plugin


@pytest.fixture
def retrieval_token(db: None) -> str:
    return Token.objects.issue(plugin="retrieval", name="ChatGPT")[1]


@pytest.fixture
def anns_retrieval_token(ann: User) -> str:
    return Token.objects.issue(plugin="retrieval-user", name="Laptop", user=ann)[1]


@pytest.fixture
def bobs_retrieval_token(bob: User) -> str:
    return Token.objects.issue(plugin="retrieval-user", name="Phone", user=bob)[1]


@pytest.fixture
def chosen_anew() -> Iterator[None]:
    """Whatever the settings choose is chosen again."""
    embedder.cache_clear()
    vector_index.cache_clear()
    yield
    embedder.cache_clear()
    vector_index.cache_clear()
