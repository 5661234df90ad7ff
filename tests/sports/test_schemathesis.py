"""Schemathesis derives calls from the document, valid and invalid, and judges the answers."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.clients.live_site import ServedPlugin

COMMAND = Path(sys.executable).with_name("schemathesis")
CONFIG = Path(__file__).with_name("schemathesis.toml")
EXAMPLES = 100
WITH_PARAMETERS = {"GET /players", "GET /games", "GET /stats", "GET /season_averages"}


def test_whatever_schemathesis_sends_is_answered_as_documented(
    served_sports: ServedPlugin, tmp_path: Path
) -> None:
    report = tmp_path / "report.ndjson"
    command = [str(COMMAND), "--config-file", str(CONFIG), "run", "--no-color"]
    command += [f"{served_sports.url}/openapi.json", f"--report-ndjson-path={report}"]
    environ = os.environ | {"SCHEMATHESIS_HOOKS": str(CONFIG.with_name("schemathesis_hooks.py"))}
    done = subprocess.run(
        command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.fail(done.stdout + done.stderr, pytrace=False)
    calls: Counter[str] = Counter()
    for line in report.read_text().splitlines():
        scenario = json.loads(line).get("ScenarioFinished", {})
        if scenario.get("phase") == "fuzzing":
            calls[scenario["recorder"]["label"]] += len(scenario["recorder"].get("cases", {}))
    assert set(calls) == {*WITH_PARAMETERS, "GET /teams"}
    # There is one way only to call an operation without parameters.
    assert min(calls[name] for name in WITH_PARAMETERS) >= EXAMPLES
