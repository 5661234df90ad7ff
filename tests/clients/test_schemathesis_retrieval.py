"""Schemathesis tries all seven operations of retrieval, those too that no plugin offers.

In depth at one plugin, and with a few calls at the others, as in test_schemathesis.py.
"""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from plugins.openapi import generate
from retrieval.urls import CONNECTING, RetrievalAPI
from tests.clients.live_site import LiveSite
from tests.clients.schemathesis import plugins, schemathesis

CONFIG = Path(__file__).parents[1] / "retrieval" / "schemathesis.toml"
HOOKS = CONFIG.with_name("schemathesis_hooks.py")
IN_DEPTH = "retrieval-none"
EXAMPLES = 100  # of each operation; schemathesis.toml says so
FEW = 15
OPERATIONS = frozenset(
    {"upsertDocuments", "upsertFile", "queryDocuments", "deleteDocuments", "getDocument"}
    | CONNECTING
)


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "slug",
    plugins(
        ["retrieval", "retrieval-none", "retrieval-user", "retrieval-oauth"], in_depth=IN_DEPTH
    ),
)
def test_whatever_schemathesis_sends_is_answered_as_documented(
    production_site: LiveSite, slug: str, tmp_path: Path
) -> None:
    served = production_site.plugins[slug]
    shown = requests.get(f"{served.url}/openapi.json", timeout=30).json()
    whole, _ = generate(replace(served.plugin, api=RetrievalAPI(offers=OPERATIONS)))
    schemes = {"securitySchemes": shown["components"].get("securitySchemes", {})}
    components = {**whole["components"], **schemes}
    document = tmp_path / "openapi.json"
    document.write_text(json.dumps({**shown, **whole, "components": components}))
    few = None if slug == IN_DEPTH else FEW
    calls = schemathesis(served, CONFIG, tmp_path, document=document, hooks=HOOKS, examples=few)
    assert len(calls) == len(OPERATIONS)
    assert min(calls.values()) >= (few or EXAMPLES)
