"""Schemathesis tries all five operations of retrieval, those too that no plugin offers.

In depth at one plugin, and with a few calls at the others, as in test_schemathesis.py.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from config.schema import openapi_text
from retrieval.endpoints import retrieval_api
from tests.clients.live_site import LiveSite
from tests.clients.schemathesis import plugins, schemathesis

CONFIG = Path(__file__).parents[1] / "retrieval" / "schemathesis.toml"
IN_DEPTH = "retrieval-none"
EXAMPLES = 100  # of each operation; schemathesis.toml says so
FEW = 15
OPERATIONS = {
    "upsertDocuments",
    "upsertFile",
    "queryDocuments",
    "deleteDocuments",
    "getDocument",
}


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
    whole = replace(served.plugin, api=retrieval_api(offers=OPERATIONS))
    document = tmp_path / "openapi.json"
    document.write_bytes(openapi_text(whole, served.url, as_json=True))
    few = None if slug == IN_DEPTH else FEW
    calls = schemathesis(served, CONFIG, tmp_path, document=document, examples=few)
    assert len(calls) == len(OPERATIONS)
    assert min(calls.values()) >= (few or EXAMPLES)
