"""Schemathesis tries all five operations of retrieval, those too that no plugin offers."""

import json
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from config.schema import openapi_text
from retrieval.endpoints import retrieval_api
from tests.clients.live_site import ServedPlugin

COMMAND = Path(sys.executable).with_name("schemathesis")
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
    report = tmp_path / "report.ndjson"
    command = [str(COMMAND), "--config-file", str(CONFIG), "run", "--no-color", str(document)]
    command += [f"--url={served.url}", f"--report-ndjson-path={report}"]
    for name, value in served.headers.items():
        command += ["--header", f"{name}: {value}"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.fail(done.stdout + done.stderr, pytrace=False)
    calls: Counter[str] = Counter()
    for line in report.read_text().splitlines():
        scenario = json.loads(line).get("ScenarioFinished", {})
        if scenario.get("phase") == "fuzzing":
            calls[scenario["recorder"]["label"]] += len(scenario["recorder"].get("cases", {}))
    assert len(calls) == len(OPERATIONS)
    assert min(calls.values()) >= EXAMPLES
