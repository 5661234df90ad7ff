"""Runs schemathesis as its own command.

That tries more than its pytest plugin: edge cases of each schema, generated data, sequences of
calls, and calls with the token left out or changed.
"""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.clients.live_site import ServedPlugin, foreign_environ

COMMAND = Path(sys.executable).with_name("schemathesis")


def plugins(slugs: Iterable[str], *, in_depth: str) -> list[Any]:
    """Return a test's parameters; what is tried in depth is tried on PostgreSQL too.

    No two databases refuse the same texts and numbers.
    """
    return [
        pytest.param(slug, marks=[pytest.mark.database] if slug == in_depth else [])
        for slug in slugs
    ]


def schemathesis(
    served: ServedPlugin,
    config: Path,
    directory: Path,
    *,
    document: Path | None = None,
    hooks: Path | None = None,
    examples: int | None = None,
) -> Counter[str]:
    """Run it on a plugin's own OpenAPI document, or another; fail with what it says.

    `examples` of each operation, in place of those that the configuration names, and no sequences
    of calls: so few that they need not come upon what is stored, which the tool would warn of.

    Return how many calls it made up in its fuzzing, by operation.
    """
    report = directory / "report.ndjson"
    command = [str(COMMAND), "--config-file", str(config), "run", "--no-color"]
    command += [str(document or f"{served.url}/openapi.json"), f"--url={served.url}"]
    command += [f"--report-ndjson-path={report}"]
    if examples is not None:
        command += [f"--max-examples={examples}", "--warnings=missing_auth"]
        command += ["--phases=examples,coverage,fuzzing"]
    for name, value in served.headers.items():
        command += ["--header", f"{name}: {value}"]
    environ = foreign_environ() | ({"SCHEMATHESIS_HOOKS": str(hooks)} if hooks else {})
    done = subprocess.run(
        command, cwd=directory, env=environ, capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.fail(done.stdout + done.stderr, pytrace=False)
    calls: Counter[str] = Counter()
    for line in report.read_text().splitlines():
        scenario = json.loads(line).get("ScenarioFinished", {})
        if scenario.get("phase") == "fuzzing":
            calls[scenario["recorder"]["label"]] += len(scenario["recorder"].get("cases", {}))
    return calls
