"""Small passages, few of them that somebody waits for, and few that are written at a time."""

import pytest
from pytest_django import Settings

from retrieval.loads import steps


@pytest.fixture(autouse=True)
def small_passages(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.RETRIEVAL_CHUNK_TOKENS = 20
    settings.RETRIEVAL_WAIT_CHUNKS = 3
    monkeypatch.setattr(steps, "SLICE", 16)
