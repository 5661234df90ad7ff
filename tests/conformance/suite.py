"""Runs the suite as its own command, and reads what it found."""

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.clients.live_site import foreign_environ
from tests.programs import PACKAGES, node

PACKAGE = PACKAGES / "@modelcontextprotocol/conformance"
EXPECTED_FAILURES = Path(__file__).with_name("expected-failures.yaml")
REVISIONS = ("2025-11-25", "2026-07-28")

Check = dict[str, Any]


def command(*arguments: str) -> list[str]:
    return [node(), str(PACKAGE / "dist/index.js"), *arguments]


def required(revision: str) -> set[str]:
    """Return the scenarios that a server of this revision must pass, as frozen at its release."""
    return set(yaml.safe_load((PACKAGE / f"requirements/{revision}.yaml").read_text())["server"])


@dataclass(frozen=True)
class Report:
    """What a run of the suite found."""

    as_expected: bool
    output: str
    checks: dict[str, list[Check]]
    """By scenario."""

    def failed(self, scenario: str) -> list[Check]:
        """Return what went wrong in a scenario, be it as expected or not."""
        return [each for each in self.checks[scenario] if each["status"] in ("FAILURE", "WARNING")]


def run_suite(url: str, revision: str, directory: Path, *arguments: str) -> Report:
    """Run all that a revision requires of a server."""
    done = subprocess.run(
        command(
            "server", "--url", url, "--requirements", revision, "-o", str(directory), *arguments
        ),
        env=foreign_environ(),
        capture_output=True,
        text=True,
        check=False,
    )
    checks = {
        re.sub(r"^server-|-\d{4}-\d\d-\d\dT.*$", "", each.parent.name): json.loads(each.read_text())
        for each in directory.glob("*/checks.json")
    }
    return Report(done.returncode == 0, done.stdout + done.stderr, checks)
