"""The site does what the protocol says, by the word of the official suite."""

import json
import re
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.clients.live_site import LiveSite, foreign_environ
from tests.clients.oauth_install import agree
from tests.conformance.credential import with_credential
from tests.conformance.server import SLUG
from tests.conformance.suite import EXPECTED_FAILURES, REVISIONS, command, required, run_suite
from tests.ports import free_port
from tests.programs import PROJECT
from tests.site.plugins import PLUGINS

EVERY_REVISION = pytest.mark.parametrize("revision", REVISIONS)
GENERIC = {
    "dns-rebinding-protection",
    "input-required-result-unsupported-methods",
    "ping",
    "server-initialize",
    "server-stateless",
    "tools-list",
    "http-header-validation",
}
"""What can be tried on any server, whatever its tools are."""


@EVERY_REVISION
def test_all_scenarios_but_those_that_want_a_stream(
    site: LiveSite, revision: str, tmp_path: Path, counts: list[str]
) -> None:
    url = f"{site.url}/{SLUG}/mcp"
    report = run_suite(url, revision, tmp_path, "--expected-failures", str(EXPECTED_FAILURES))
    assert report.as_expected, report.output
    scenarios = required(revision)
    passed = {scenario for scenario in scenarios if not report.failed(scenario)}
    counted = f"{len(passed)} of the {len(scenarios)} scenarios of {revision}"
    counts.append(counted)
    for document in ("README.md", "docs/mcp.md"):
        assert counted in " ".join((PROJECT / document).read_text().split())


@pytest.mark.parametrize("slug", [plugin.slug for plugin in PLUGINS])
@EVERY_REVISION
def test_generic_scenarios_on_every_plugin(
    site: LiveSite, slug: str, revision: str, tmp_path: Path
) -> None:
    served = site.plugins[slug]
    with with_credential(served.address, served.headers) as address:
        report = run_suite(f"http://{address}/{slug}/mcp", revision, tmp_path)
    tried = GENERIC & report.checks.keys()
    assert len(tried) >= 4
    wrong = [
        check
        for scenario in tried
        for check in report.failed(scenario)
        # Some checks of a scenario want a tool of the suite's own.
        if not check.get("details", {}).get("untestable")
    ]
    assert not wrong


@EVERY_REVISION
def test_the_authorization_server(site: LiveSite, revision: str, counts: list[str]) -> None:
    port = free_port()
    made = json.loads(
        site.manage(
            "create_oauth_client",
            *("--name", "Conformance", "--public", "--json"),
            *("--redirect-uri", f"http://127.0.0.1:{port}/callback"),
        )
    )
    issuer = site.plugins["todo-oauth"].url
    options = ["--url", issuer, "--client-id", made["client_id"], "--port", str(port)]
    options += ["--resource", f"{issuer}/mcp", "--spec-version", revision]
    with subprocess.Popen(
        command("authorization", *options),
        env=foreign_environ(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout
        said = ""
        for line in process.stdout:
            said += line
            if line.startswith(f"{issuer}/oauth?"):
                httpx.get(agree(line.strip(), **site.person)).raise_for_status()
    assert process.returncode == 0, said
    results = dict(re.findall(r"^. (\S+): (\d+ passed, \d+ failed)$", said, re.MULTILINE))
    assert results == {
        "authorization-server-metadata-endpoint": "1 passed, 0 failed",
        "authorization-code-grant": "1 passed, 0 failed",
    }
    counts.append(f"{revision}: {len(results)} of the 2 scenarios of an authorization server")
