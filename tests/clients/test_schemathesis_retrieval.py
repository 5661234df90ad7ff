"""Schemathesis tries all five operations of retrieval, those too that no plugin offers."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from plugins.openapi import generate
from retrieval.endpoints import RetrievalAPI
from tests.clients.live_site import ServedPlugin
from tests.clients.schemathesis import schemathesis

CONFIG = Path(__file__).parents[1] / "retrieval" / "schemathesis.toml"
EXAMPLES = 100  # of each operation; schemathesis.toml says so
OPERATIONS = frozenset(
    {"upsertDocuments", "upsertFile", "queryDocuments", "deleteDocuments", "getDocument"}
)


@pytest.mark.parametrize(
    "slug", ["retrieval", "retrieval-none", "retrieval-user", "retrieval-oauth"]
)
def test_whatever_schemathesis_sends_is_answered_as_documented(
    server: dict[str, ServedPlugin], slug: str, tmp_path: Path
) -> None:
    served = server[slug]
    shown = requests.get(f"{served.url}/openapi.json", timeout=10).json()
    whole, _ = generate(replace(served.plugin, api=RetrievalAPI(offers=OPERATIONS)))
    schemes = {"securitySchemes": shown["components"].get("securitySchemes", {})}
    components = {**whole["components"], **schemes}
    document = tmp_path / "openapi.json"
    document.write_text(json.dumps({**shown, **whole, "components": components}))
    calls = schemathesis(served, CONFIG, tmp_path, document=document)
    assert len(calls) == len(OPERATIONS)
    assert min(calls.values()) >= EXAMPLES
