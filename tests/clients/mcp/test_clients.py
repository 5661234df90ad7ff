"""Each client lists every tool of every plugin and calls it, with the plugin's credential."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from plugins.mcp.tools import operations
from tests.clients.calls import calls_of, prepare
from tests.clients.live_site import LiveSite, foreign_environ
from tests.programs import node, python

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def site(production_site: LiveSite) -> LiveSite:
    """The running site, with something in every plugin to be found."""
    for served in production_site.plugins.values():
        prepare(served)
    return production_site


@pytest.mark.parametrize("era", ["legacy", "modern"])
def test_the_typescript_client(site: LiveSite, era: str) -> None:
    use(site, node(), "typescript.js", era=era)


def test_the_first_typescript_client(site: LiveSite) -> None:
    use(site, node(), "typescript_1.js")


def test_fastmcp(site: LiveSite) -> None:
    use(site, python("fastmcp"), "fastmcp_client.py")


def test_an_agent_of_openai(site: LiveSite) -> None:
    use(site, python("agents"), "agents_client.py")


def test_langchain(site: LiveSite) -> None:
    use(site, python("langchain"), "langchain_client.py")


def use(site: LiveSite, program: str, script: str, **setup: str) -> None:
    """Run a client's script for all plugins: it lists all their tools, and each call succeeds."""
    servers = [
        {
            "slug": slug,
            "url": f"{served.url}/mcp",
            "headers": served.headers,
            "calls": calls_of(served.plugin),
        }
        for slug, served in site.plugins.items()
    ]
    done = subprocess.run(
        [program, str(HERE / script)],
        input=json.dumps({"servers": servers, **setup}),
        env=foreign_environ(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    results: dict[str, Any] = json.loads(done.stdout)
    for slug, served in site.plugins.items():
        tools = operations(served.plugin)
        assert set(results[slug]["tools"]) == tools.keys()
        assert results[slug]["answers"].keys() == dict(calls_of(served.plugin)).keys()
        for name, answer in results[slug]["answers"].items():
            fields = (tools[name].tool.output_schema or {})["properties"]
            assert answer and answer.keys() <= fields.keys(), (slug, name, answer)
