"""An MCP server of the official SDK, with its own authorization, is installed and called."""

import httpx
import pytest

from api.fetching import Fetcher
from plugins.linter.checking import check
from simulator.models import InstalledPlugin
from tests.simulator.conftest import Said, step
from tests.simulator.foreign.process import ForeignServer

pytestmark = [pytest.mark.outside, pytest.mark.django_db, pytest.mark.usefixtures("somebody")]

FETCHER = Fetcher(loopback=True)


def install(server: ForeignServer, path: str = "/mcp") -> Said:
    options = ["--name", "notes", "--open-browser", "--seconds", "3"]
    return step("install_plugin", f"{server.url}{path}", *options)


def call() -> Said:
    return step("call_plugin", "notes", "getNotes", "name=bread")


@pytest.mark.parametrize("path", ["/open/mcp", "/mcp"])
def test_it_has_no_fault(sdk: ForeignServer, path: str) -> None:
    found = check(f"{sdk.url}{path}", fetcher=FETCHER).findings
    assert [each.rule for each in found] == (["mcp.credential"] if path == "/mcp" else [])


def test_one_that_is_open(sdk: ForeignServer) -> None:
    said = install(sdk, "/open/mcp")
    assert (said.status, said.err) == (0, "")
    assert "It offers getNotes, failNote." in said.out
    assert call() == Said("bread\n", "", 0)
    failed = step("call_plugin", "notes", "failNote")
    assert failed.status == 1 and "Error executing tool failNote" in failed.out
    assert "the tool says that it failed" in failed.err


def test_one_that_is_protected_through_a_whole_life(sdk: ForeignServer) -> None:
    said = install(sdk)
    assert (said.status, said.err) == (0, "")
    assert "It installs with OAuth." in said.out
    assert call() == Said("bread\n", "", 0)
    for _ in range(2):
        sdk.set(tokens_expire=True)
        assert call() == Said("bread\n", "", 0)
    assert step("uninstall_plugin", "notes").out == "Revoked its tokens.\nUninstalled “notes”.\n"
    assert sdk.set() == {"accesses": 0, "refreshes": 0}


def test_a_person_who_does_not_agree(sdk: ForeignServer) -> None:
    sdk.set(agrees=False)
    said = install(sdk)
    assert said.status == 1
    assert "The authorization server says access_denied: They did not agree." in said.err
    assert not InstalledPlugin.objects.exists()


def test_a_token_of_its_own_that_it_does_not_know(sdk: ForeignServer) -> None:
    said = step("install_plugin", f"{sdk.url}/mcp", "--name", "notes", "--token", "wrong")
    assert said.status == 1 and "tells no tools" in said.err
    assert httpx.post(f"{sdk.url}/mcp").status_code == 401


def test_where_there_is_no_server(sdk: ForeignServer) -> None:
    said = install(sdk, "/elsewhere/mcp")
    assert said.status == 1
    assert "HTTP status 404 and no result of JSON-RPC" in said.err
