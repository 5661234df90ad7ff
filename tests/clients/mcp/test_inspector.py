"""The Inspector on the command line, a process for each question, as a person asks it."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from plugins.mcp.tools import operations
from tests.clients.calls import calls_of, prepare
from tests.clients.live_site import ServedPlugin, foreign_environ
from tests.programs import PACKAGES, node

Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def ask(served: ServedPlugin, tmp_path: Path) -> Ask:
    """Ask a plugin by the Inspector, and return what it prints."""
    program = [node(), str(PACKAGES / ".bin/mcp-inspector"), "--cli", "--format", "json"]
    program += ["--transport", "http", "--server-url", f"{served.url}/mcp"]
    for name, value in served.headers.items():
        program += ["--header", f"{name}: {value}"]

    def run(*arguments: str) -> dict[str, Any]:
        done = subprocess.run(
            [*program, *arguments],
            env={**foreign_environ(), "HOME": str(tmp_path)},  # where it keeps what it learns
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)["result"]
        return answer

    return run


@pytest.mark.parametrize("era", ["legacy", "modern", "auto"])
def test_it_finds_no_fault_in_the_tools(served: ServedPlugin, ask: Ask, era: str) -> None:
    listed = ask("--protocol-era", era, "--method", "tools/list", "--strict")
    assert {tool["name"] for tool in listed["tools"]} == operations(served.plugin).keys()


def test_it_calls_every_tool(served: ServedPlugin, ask: Ask) -> None:
    prepare(served)
    for name, arguments in calls_of(served.plugin):
        options = ["--tool-name", name, "--tool-args-json", json.dumps(arguments)]
        result = ask("--protocol-era", "modern", "--method", "tools/call", *options)
        assert not result["isError"], result
        assert result["structuredContent"]
