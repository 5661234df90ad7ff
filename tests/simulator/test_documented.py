"""What docs/ci.md says runs."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.conf import settings

from tests.development_server import DevelopmentServer
from tests.plugins.linter.served import Served
from tests.simulator.notes_site import NotesSite

pytestmark = pytest.mark.outside

ROOT = Path(settings.BASE_DIR)
DOCUMENT = (ROOT / "docs/ci.md").read_text()
[WORKFLOW] = re.findall(r"```yaml\n(.*?)```", DOCUMENT, re.DOTALL)


def bash(
    script: str, site: DevelopmentServer, directory: Path
) -> "subprocess.CompletedProcess[str]":
    script = script.replace(".venv/bin/python manage.py", f"{sys.executable} {ROOT}/manage.py")
    return subprocess.run(
        ["bash", "-euc", script],
        cwd=directory,
        env={**os.environ, **site.environ},
        capture_output=True,
        text=True,
    )


def test_the_workflow_installs_calls_and_uninstalls(
    development_site: DevelopmentServer, plugin_site: Served, tmp_path: Path
) -> None:
    plugin_site.serve("/notes/ann", {"notes": ["Bread"]})
    steps = yaml.safe_load(WORKFLOW)["jobs"]["install"]["steps"]
    [script] = [step["run"] for step in steps if "call_plugin" in step.get("run", "")]
    script = script.replace("localhost:5003", plugin_site.url)
    done = bash(script, development_site, tmp_path)
    assert done.returncode == 0, done.stderr
    assert '{"notes": ["Bread"]}\n' in done.stdout
    assert {path.name for path in tmp_path.iterdir()} == {"install.har", "call.har"}


def test_a_program_can_be_the_person(
    development_site: DevelopmentServer, notes: NotesSite, tmp_path: Path
) -> None:
    notes.publish()
    [agreeing] = re.findall(r"`(curl [^`]+ %s)`", DOCUMENT)
    [script] = [
        each for each in re.findall(r"```sh\n(.*?)```", DOCUMENT, re.S) if "BROWSER" in each
    ]
    script = script.replace("localhost:5003", notes.url).replace("./agree %s", agreeing)
    done = bash(script, development_site, tmp_path)
    assert done.returncode == 0, done.stderr
    assert "The person agreed, and the code was exchanged for tokens." in done.stdout
