"""Schemathesis derives calls from the document, valid and invalid, and judges the answers.

It runs as its own command, which tries more than its pytest plugin: edge cases of each schema,
generated data, sequences of calls, and calls with the token left out or changed.
"""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.clients.live_site import ServedPlugin

HERE = Path(__file__).parent
COMMAND = Path(sys.executable).with_name("schemathesis")
EXAMPLES = 200  # of each operation; schemathesis.toml says so
OPERATIONS = {f"{method} /todos/{{username}}" for method in ("GET", "POST", "DELETE")}


def schemathesis(served: ServedPlugin, config: str, directory: Path) -> Counter[str]:
    """Run it, and return how many calls it made up in its fuzzing, by operation."""
    report = directory / "report.ndjson"
    command = [str(COMMAND), "--config-file", str(HERE / config), "run", "--no-color"]
    command += [f"{served.url}/openapi.json", f"--report-ndjson-path={report}"]
    for name, value in served.headers.items():
        command += ["--header", f"{name}: {value}"]
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.fail(done.stdout + done.stderr, pytrace=False)
    calls: Counter[str] = Counter()
    for line in report.read_text().splitlines():
        scenario = json.loads(line).get("ScenarioFinished", {})
        if scenario.get("phase") == "fuzzing":
            calls[scenario["recorder"]["label"]] += len(scenario["recorder"].get("cases", {}))
    return calls


def test_whatever_schemathesis_sends_is_answered_as_documented(
    todo_plugin: ServedPlugin, tmp_path: Path
) -> None:
    calls = schemathesis(todo_plugin, "schemathesis.toml", tmp_path)
    assert set(calls) == OPERATIONS
    assert min(calls.values()) >= EXAMPLES


def test_the_edge_cases_of_the_document_are_answered_as_documented(
    todo_plugin: ServedPlugin, tmp_path: Path
) -> None:
    schemathesis(todo_plugin, "schemathesis-own-list.toml", tmp_path)
