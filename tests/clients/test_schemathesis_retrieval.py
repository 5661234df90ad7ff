"""Schemathesis tries all five operations of retrieval, those too that no plugin offers."""

from dataclasses import replace
from pathlib import Path

import pytest

from config.schema import openapi_text
from retrieval.urls import retrieval_api
from tests.clients.live_site import ServedPlugin
from tests.clients.schemathesis import schemathesis

CONFIG = Path(__file__).parents[1] / "retrieval" / "schemathesis.toml"
EXAMPLES = 100  # of each operation; schemathesis.toml says so
OPERATIONS = {
    "upsertDocuments",
    "upsertFile",
    "queryDocuments",
    "deleteDocuments",
    "getDocument",
}


@pytest.mark.parametrize(
    "slug", ["retrieval", "retrieval-none", "retrieval-user", "retrieval-oauth"]
)
def test_whatever_schemathesis_sends_is_answered_as_documented(
    server: dict[str, ServedPlugin], slug: str, tmp_path: Path
) -> None:
    served = server[slug]
    whole = replace(served.plugin, api=retrieval_api(offers=OPERATIONS))
    document = tmp_path / "openapi.json"
    document.write_bytes(openapi_text(whole, served.url, as_json=True))
    calls = schemathesis(served, CONFIG, tmp_path, document=document)
    assert len(calls) == len(OPERATIONS)
    assert min(calls.values()) >= EXAMPLES
