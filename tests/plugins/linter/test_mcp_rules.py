"""`check_plugin` meets MCP servers, and says of each what to mend."""

from collections.abc import Iterator
from typing import Any

import pytest

from api.fetching import Fetcher
from plugins.linter.checking import check
from plugins.linter.mcp_rules import WIDGET
from plugins.linter.sarif import RULES
from tests.clients.live_site import LiveSite
from tests.plugins.linter.served import Served, changed, served
from tests.site.plugins import PLUGINS

pytestmark = pytest.mark.outside

FETCHER = Fetcher(loopback=True, seconds=10)
HINTS = {
    "readOnlyHint": True,
    "destructiveHint": False,
    "idempotentHint": True,
    "openWorldHint": False,
}
TOOL = {
    "name": "getNotes",
    "description": "Get the notes.",
    "inputSchema": {"type": "object", "properties": {"name": {"type": "string"}}},
    "annotations": HINTS,
    "_meta": {"ui": {"resourceUri": "ui://notes/list.html"}},
}
SERVER = {
    "server/discover": {"supportedVersions": ["2026-07-28"], "instructions": "Keeps notes."},
    "initialize": {"protocolVersion": "2025-11-25", "instructions": "Keeps notes."},
    "tools/list": {"tools": [TOOL]},
    "resources/read": {"contents": [{"uri": "ui://notes/list.html", "mimeType": WIDGET}]},
}
METADATA = {"resource": "URL/mcp", "authorization_servers": ["URL"]}
ISSUER = {"issuer": "URL", "code_challenge_methods_supported": ["S256"]}


@pytest.fixture
def site() -> Iterator[Served]:
    with served() as site:
        site.results = {**SERVER}
        yield site


def texts(site: Served) -> list[str]:
    report = check(f"{site.url}/mcp", fetcher=FETCHER)
    assert report.kind == "MCP server"
    return [f"{each.rule}: {each.at}: {each.found}. {each.mend}" for each in report.findings]


def protected(site: Served, metadata: dict[str, Any], issuer: dict[str, Any]) -> None:
    """Let the server refuse, and say where to sign in."""
    said = f'Bearer resource_metadata="{site.url}/.well-known/oauth-protected-resource/mcp"'
    headers = {"WWW-Authenticate": said, "Content-Type": "application/json"}
    site.answers["/mcp"] = (401, headers, b'{"detail": "No token."}')
    site.serve("/.well-known/oauth-protected-resource/mcp", metadata)
    site.serve("/.well-known/oauth-authorization-server", issuer)


def test_a_server_without_a_fault_has_none(site: Served) -> None:
    assert texts(site) == []


def test_a_protected_server_without_a_fault_asks_for_a_token_alone(site: Served) -> None:
    protected(site, METADATA, ISSUER)
    [found] = texts(site)
    assert found.startswith("mcp.credential: ") and "Give one with --token." in found


def test_a_server_with_sessions_hears_that_its_answer_was_read(site: Served) -> None:
    del site.results["server/discover"]
    assert len(texts(site)) == 1  # that newer clients are not answered
    begun = site.told.index("initialize")
    assert site.told[begun + 1] == "notifications/initialized"
    assert "tools/list" in site.told[begun + 2 :]


def test_a_session_that_was_begun_is_ended(site: Served) -> None:
    site.headers["Mcp-Session-Id"] = "a-session"
    assert texts(site) == []
    assert site.asked[-1] == ("DELETE", "/mcp")
    assert [method for method, _ in site.asked].count("DELETE") == 1


def test_where_there_is_no_session_none_is_ended(site: Served) -> None:
    assert texts(site) == []
    assert "DELETE" not in [method for method, _ in site.asked]


FAULTS: list[tuple[str, dict[str, Any], str]] = [
    ("answers", {"/server~1discover": None, "/initialize": None}, "no result of JSON-RPC"),
    ("eras", {"/server~1discover": None}, "no answer to server/discover"),
    ("eras", {"/initialize": None}, "no answer to initialize"),
    ("tools", {"/tools~1list": None}, "no list"),
    ("tools", {"/tools~1list/tools": []}, "an empty list"),
    ("instructions", {"/server~1discover/instructions": None}, "instructions: none"),
    ("instructions", {"/server~1discover/instructions": "a" * 3000}, "3000 characters"),
    ("tool-names", {"/tools~1list/tools/0/name": "get notes"}, "a name that clients drop"),
    ("tool-names", {"/tools~1list/tools": [TOOL, TOOL]}, "two tools of that name"),
    ("tool-descriptions", {"/tools~1list/tools/0/description": None}, "no description"),
    ("tool-schemas", {"/tools~1list/tools/0/inputSchema": {"type": "array"}}, "Begin it with"),
    ("tool-schemas", {"/tools~1list/tools/0/outputSchema": {"type": "array"}}, "outputSchema"),
    (
        "tool-schemas",
        {"/tools~1list/tools/0/inputSchema/properties/name/type": "text"},
        "'text' is not valid",
    ),
    (
        "tool-properties",
        {"/tools~1list/tools/0/inputSchema/properties": {"seasons[]": {"type": "array"}}},
        "'seasons[]'",
    ),
    (
        "tool-properties",
        {"/tools~1list/tools/0/inputSchema/properties/name/pattern": "^(?!x)"},
        "'^(?!x)'",
    ),
    ("tool-hints", {"/tools~1list/tools/0/annotations/openWorldHint": None}, "no openWorldHint"),
    ("tool-hints", {"/tools~1list/tools/0/annotations": None}, "no readOnlyHint, destructive"),
    ("widgets", {"/resources~1read": None}, "ui://notes/list.html is not there"),
    ("widgets", {"/resources~1read/contents/0/mimeType": "text/html"}, "is text/html"),
]
REFUSALS: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("resource-metadata", METADATA | {"resource": "URL"}, ISSUER, "clients compare the two"),
    ("resource-metadata", METADATA | {"authorization_servers": []}, ISSUER, "Name the issuer"),
    ("server-metadata", METADATA, ISSUER | {"issuer": "URL/other"}, "/other'. Say http"),
    ("server-metadata", METADATA, {"issuer": "URL"}, "Take S256"),
    ("server-metadata", METADATA | {"authorization_servers": ["URL/x"]}, ISSUER, "no metadata"),
]


@pytest.mark.parametrize(("rule", "changes", "words"), FAULTS)
def test_a_fault_of_a_server_is_found(
    site: Served, rule: str, changes: dict[str, Any], words: str
) -> None:
    site.results = changed(SERVER, changes)
    found = texts(site)
    assert any(text.startswith(f"mcp.{rule}: ") and words in text for text in found), found


@pytest.mark.parametrize(("rule", "metadata", "issuer", "words"), REFUSALS)
def test_a_fault_of_how_a_server_is_protected_is_found(
    site: Served, rule: str, metadata: dict[str, Any], issuer: dict[str, Any], words: str
) -> None:
    protected(site, metadata, issuer)
    found = texts(site)
    assert any(text.startswith(f"mcp.{rule}: ") and words in text for text in found), found


def test_a_refusal_that_says_nothing_is_found(site: Served) -> None:
    site.answers["/mcp"] = (401, {}, b"")
    assert any(text.startswith("mcp.challenge: ") for text in texts(site))


def test_every_rule_of_servers_has_a_failing_case() -> None:
    tried = {rule for rule, *_ in (*FAULTS, *REFUSALS)} | {"credential", "challenge"}
    assert {name for name, _ in RULES if name.startswith("mcp.")} == {f"mcp.{r}" for r in tried}


def test_a_server_may_answer_by_a_stream_of_events(site: Served) -> None:
    _, _, body = site.answer_mcp({"id": 1, "method": "initialize"})
    stream = b"event: message\ndata: " + body + b"\n\n"
    site.answers["/mcp"] = (200, {"Content-Type": "text/event-stream"}, stream)
    assert not any(text.startswith("mcp.answers") for text in texts(site))


def test_no_answer_is_too_broken_to_be_told_of(site: Served) -> None:
    for body in (b"", b"null", b"[]", b'{"result": []}', b'{"result": {"tools": [null, 1]}}'):
        site.answers["/mcp"] = (200, {"Content-Type": "application/json"}, body)
        assert texts(site)


@pytest.mark.parametrize("slug", [plugin.slug for plugin in PLUGINS])
def test_our_own_plugins_have_no_fault(production_site: LiveSite, slug: str) -> None:
    served = production_site.plugins[slug]
    for url in (served.own_host_url, f"{served.own_host_url}/mcp", f"{served.url}/mcp"):
        token = (served.token or "") if url.endswith("/mcp") else ""
        assert check(url, fetcher=FETCHER, token=token).findings == ()
    at = [finding.rule for finding in check(served.url, fetcher=FETCHER).findings]
    assert at == ["manifest.place"]  # below a path, where ChatGPT did not look
