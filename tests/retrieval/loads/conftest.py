"""Small passages, and few of them that somebody waits for."""

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def small_passages(settings: Settings) -> None:
    settings.RETRIEVAL_CHUNK_TOKENS = 20
    settings.RETRIEVAL_WAIT_CHUNKS = 3
