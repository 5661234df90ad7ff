"""An MCP server that nobody here wrote is installed by the same steps."""

from typing import Any

import pytest

from simulator.models import InstalledPlugin
from tests.plugins.linter.served import Served
from tests.plugins.linter.test_mcp_rules import ISSUER, METADATA, SERVER, protected
from tests.simulator.conftest import Said, step

pytestmark = [pytest.mark.outside, pytest.mark.django_db]

SAID = {"content": [{"type": "text", "text": "Bread"}, {"type": "image", "data": ""}]}
ENDPOINTS = {
    "authorization_endpoint": "URL/oauth",
    "token_endpoint": "URL/token",
    "registration_endpoint": "URL/register",
}


@pytest.fixture
def server(plugin_site: Served) -> Served:
    plugin_site.results = {**SERVER, "tools/call": SAID}
    return plugin_site


def install(server: Served, *options: str) -> Said:
    return step("install_plugin", f"{server.url}/mcp", "--name", "notes", *options)


def call() -> Said:
    return step("call_plugin", "notes", "getNotes", "name=ann")


@pytest.mark.parametrize("era", ["server/discover", "initialize"])
def test_a_server_of_either_era_is_installed_and_called(server: Served, era: str) -> None:
    del server.results[era]
    assert "Installed “notes”.\nIt offers getNotes.\n" in install(server).out
    assert call() == Said("Bread\n[image]\n", "", 0)


@pytest.mark.parametrize(
    ("result", "text", "words"),
    [
        ({**SAID, "isError": True}, "Bread\n[image]\n", "the tool says that it failed"),
        ({"structuredContent": {"notes": []}}, '{"notes":[]}\n', ""),
    ],
)
def test_a_result_is_what_a_model_reads_of_it(
    server: Served, result: Any, text: str, words: str
) -> None:
    server.results["tools/call"] = result
    install(server)
    said = call()
    assert said.out == text
    assert words in said.err and said.status == (1 if words else 0)


def test_an_error_of_the_protocol_is_no_good_answer(server: Served) -> None:
    install(server)
    del server.results["tools/call"]
    said = call()
    assert said.status == 1 and "Method not found" in said.out


def test_a_server_without_tools_is_not_installed(server: Served) -> None:
    del server.results["tools/list"]
    said = install(server, "--despite-errors")
    assert said.status == 1 and "tells no tools" in said.err
    assert not InstalledPlugin.objects.exists()


def test_nobody_at_the_address_is_told() -> None:
    said = step("install_plugin", "localhost:1/mcp", "--despite-errors")
    assert "does not answer a POST. Is it an MCP server's address?" in said.err


def test_a_challenge_that_leads_nowhere_wants_a_token(server: Served) -> None:
    challenge = {"WWW-Authenticate": "Bearer", "Content-Type": "application/json"}
    server.answers["/mcp"] = (401, challenge, b"{}")
    said = install(server, "--despite-errors")
    assert "It wants a token of your own" in said.err


@pytest.mark.parametrize("path", ["/mcp", ""])
def test_metadata_are_found_where_the_challenge_does_not_say(server: Served, path: str) -> None:
    challenge = {"WWW-Authenticate": "Bearer", "Content-Type": "application/json"}
    server.answers["/mcp"] = (401, challenge, b"{}")
    server.serve(
        f"/.well-known/oauth-protected-resource{path}", METADATA | {"resource": f"URL{path}"}
    )
    server.serve("/.well-known/oauth-authorization-server", ISSUER | ENDPOINTS)
    said = install(server, "--despite-errors")
    assert "It installs with OAuth." in said.out
    assert "The registration endpoint answers HTTP status 404" in said.err


@pytest.mark.parametrize(
    ("metadata", "issuer", "words"),
    [
        ({"resource": "URL/mc"}, {}, "Let it say http"),
        ({"resource": "http://"}, {}, "is the metadata of 'http://'"),
        ({"authorization_servers": []}, {}, "No metadata of the authorization server '' is found"),
        ({}, {"issuer": "https://other.example"}, "No metadata of the authorization server"),
        ({}, {"code_challenge_methods_supported": ["plain"]}, "S256 among its"),
        ({}, {"token_endpoint": ""}, "has to name its authorization and token endpoints"),
        ({}, {"token_endpoint": "http://a.example/"}, "would carry secrets in the clear"),
        ({}, {"registration_endpoint": ""}, "It wants an OAuth client"),
        (
            {},
            {"token_endpoint_auth_methods_supported": ["private_key_jwt"]},
            "Its clients prove themselves by private_key_jwt",
        ),
        ({}, {}, "The registration endpoint answers HTTP status 404"),
    ],
)
def test_an_authorization_server_that_cannot_be_used_is_told(
    server: Served, metadata: dict[str, Any], issuer: dict[str, Any], words: str
) -> None:
    protected(server, METADATA | metadata, ISSUER | ENDPOINTS | issuer)
    said = install(server, "--despite-errors")
    assert said.status == 1 and words in said.err
