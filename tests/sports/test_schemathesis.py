"""Schemathesis derives calls from the document, valid and invalid, and judges the answers."""

from pathlib import Path

import pytest

from tests.clients.live_site import ServedPlugin
from tests.clients.schemathesis import schemathesis

HERE = Path(__file__).parent
EXAMPLES = 100  # of each operation; schemathesis.toml says more
WITH_PARAMETERS = {"GET /players", "GET /games", "GET /stats", "GET /season_averages"}


@pytest.mark.database
@pytest.mark.timeout(900)
def test_whatever_schemathesis_sends_is_answered_as_documented(
    served_sports: ServedPlugin, tmp_path: Path
) -> None:
    hooks = HERE / "schemathesis_hooks.py"
    calls = schemathesis(served_sports, HERE / "schemathesis.toml", tmp_path, hooks=hooks)
    assert set(calls) == {*WITH_PARAMETERS, "GET /teams"}
    # There is one way only to call an operation without parameters.
    assert min(calls[name] for name in WITH_PARAMETERS) >= EXAMPLES
