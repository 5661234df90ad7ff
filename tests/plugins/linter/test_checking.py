"""`check_plugin` meets plugins that answer over a socket, and says of each what to mend."""

import json
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from api.fetching import Fetcher
from plugins.linter.checking import Report, check
from plugins.linter.rules import Finding, Level
from plugins.linter.sarif import RULES
from tests.plugins.linter.served import DOCUMENT, MANIFEST, Served, changed, logo, served

pytestmark = pytest.mark.outside

FETCHER = Fetcher(loopback=True, seconds=5)
ENTRY = "/.well-known/ai-plugin.json"


@pytest.fixture
def site() -> Iterator[Served]:
    with served() as site:
        site.serve_plugin()
        yield site


def texts(report: Report) -> list[str]:
    return [f"{each.rule}: {each.at}: {each.found}. {each.mend}" for each in report.findings]


def test_a_plugin_without_a_fault_has_none(site: Served) -> None:
    assert texts(check(site.url, fetcher=FETCHER)) == []
    assert {method for method, _ in site.asked} == {"GET", "OPTIONS"}  # it changes nothing


def test_what_was_found_is_counted_in_words() -> None:
    levels = (Level.ERROR, *[Level.WARNING] * 2, Level.ADVICE)
    found = tuple(Finding("a rule", level, "", "", "") for level in levels)
    assert Report("", "plugin", found).counts == "1 error, 2 warnings, 1 piece of advice"


@pytest.mark.parametrize("address", ["", "/", ENTRY])
def test_an_address_may_be_said_in_any_way(site: Served, address: str) -> None:
    host = site.url.removeprefix("http://")
    assert check(f"{host}{address}", fetcher=FETCHER).findings == ()


def answering(path: str, status: int, body: bytes, **headers: str) -> Callable[[Served], None]:
    def change(site: Served) -> None:
        kind = {"Content-Type": "application/json"}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        site.answers[path] = (status, kind | named, body)

    return change


def open_to_nobody(site: Served) -> None:
    site.headers["Access-Control-Allow-Origin"] = "https://other.example"
    site.headers["Access-Control-Allow-Private-Network"] = "false"


def described(manifest: dict[str, Any] | None = None, **document: Any) -> Callable[[Served], None]:
    def change(site: Served) -> None:
        site.serve_plugin(changed(MANIFEST, manifest or {}), changed(DOCUMENT, document))

    return change


def with_oauth(**metadata: str) -> Callable[[Served], None]:
    def change(site: Served) -> None:
        auth = {
            "type": "oauth",
            "client_url": f"{site.url}/oauth",
            "authorization_url": f"{site.url}/token",
            "authorization_content_type": "application/json",
            "scope": "",
            "verification_tokens": {},
        }
        site.serve_plugin(changed(MANIFEST, {"/auth": auth}))
        challenge = {"WWW-Authenticate": "Bearer", "Content-Type": "application/json"}
        site.answers["/notes/example"] = (401, challenge, b'{"detail": "No token."}')
        said = {
            "authorization_endpoint": f"{site.url}/oauth",
            "token_endpoint": f"{site.url}/token",
        }
        site.serve("/.well-known/oauth-authorization-server", said | metadata)

    return change


SERVICE = {
    "/auth": {"type": "service_http", "authorization_type": "bearer", "verification_tokens": {}}
}
FAULTS: list[tuple[str, Callable[[Served], None], str]] = [
    ("manifest.read", answering(ENTRY, 404, b"{}"), "HTTP status 404"),
    ("manifest.read", answering(ENTRY, 200, b"<html>"), "a page of HTML"),
    ("manifest.read", answering(ENTRY, 200, b"[]"), "no object"),
    ("manifest.read", answering(ENTRY, 200, b"\xff"), "no UTF-8 at byte 0"),
    ("manifest.read", answering(ENTRY, 200, b'{"a": 1,\n "b" 2}'), "at line 2, column 6"),
    ("manifest.read", answering(ENTRY, 200, b"[" * 100_000), "nested too deep"),
    ("manifest.read", answering(ENTRY, 302, b"", Location="https://a.example/"), "another site"),
    ("manifest.read", answering(ENTRY, 302, b"", Location=ENTRY), "redirects more than 5 times"),
    ("manifest.read", answering(ENTRY, 200, b" " * 3_000_000), "more than 2097152 bytes"),
    (
        "openapi.read",
        answering("/openapi.json", 200, b"a: b: c"),
        "broken YAML at line 1, column 5",
    ),
    ("openapi.read", answering("/openapi.json", 200, b"a: 2024-13-45"), "broken YAML"),
    ("openapi.read", answering("/openapi.json", 200, b'{"a"'), "broken JSON at line 1, column 5"),
    ("logo.read", answering("/logo.png", 404, b""), "HTTP status 404"),
    ("logo.kind", answering("/logo.png", 200, logo(format="GIF"), Content_Type="image/gif"), "GIF"),
    ("http.cors", open_to_nobody, "no permission for https://chat.openai.com"),
    ("http.private-network", open_to_nobody, "no permission for https://chatgpt.com"),
    (
        "http.content-types",
        lambda site: site.serve(ENTRY, MANIFEST, Content_Type="text/plain"),
        "'text/plain'",
    ),
    ("http.legal", answering("/legal", 500, b""), "HTTP status 500"),
    ("http.challenge", described(SERVICE), "HTTP status 200 without a token"),
    ("http.answers", answering("/notes/example", 500, b"{}"), "HTTP status 500"),
    (
        "http.answers",
        answering("/notes/example", 200, b"OK", Content_Type="text/html"),
        "'text/html'",
    ),
    (
        "http.errors",
        answering("/there-is-no-such-path", 404, b"<p>", Content_Type="text/html"),
        "404 as text/html",
    ),
    (
        "http.metadata",
        with_oauth(token_endpoint="https://other.example/token"),
        "token_endpoint is 'https://other.example/token'",
    ),
]


@pytest.mark.parametrize(("rule", "change", "words"), FAULTS)
def test_a_fault_of_a_plugin_that_answers_is_found(
    site: Served, rule: str, change: Callable[[Served], None], words: str
) -> None:
    change(site)
    found = texts(check(site.url, fetcher=FETCHER))
    assert any(text.startswith(f"{rule}: ") and words in text for text in found), found


@pytest.mark.parametrize(
    ("name", "schema", "asked"),
    [
        ("page", {"type": "integer"}, "page=1"),
        ("order", {"type": "string", "enum": ["old", "new"]}, "order=old"),
        ("order by", {"type": "string", "default": "a&b"}, "order%20by=a%26b"),
        ("word", {"type": "string"}, "word=example"),
    ],
)
def test_what_an_operation_requires_is_sent_when_it_is_tried(
    site: Served, name: str, schema: dict[str, Any], asked: str
) -> None:
    required = {
        "name": name,
        "in": "query",
        "required": True,
        "description": "It.",
        "schema": schema,
    }
    whose = DOCUMENT["paths"]["/notes/{name}"]["get"]["parameters"][0]  # type: ignore[index]
    document: dict[str, Any] = {"/paths/~1notes~1{name}/get/parameters": [whose, required]}
    described(**document)(site)
    check(site.url, fetcher=FETCHER)
    assert ("GET", f"/notes/example?{asked}") in site.asked_in_full


def test_a_protected_plugin_that_challenges_has_no_fault(site: Served) -> None:
    with_oauth()(site)
    assert texts(check(site.url, fetcher=FETCHER)) == []


def test_every_rule_of_answers_has_a_failing_case() -> None:
    named = {name for name, _ in RULES if name.startswith("http.")}
    assert named <= {rule for rule, _, _ in FAULTS}


def test_a_document_may_be_yaml(site: Served) -> None:
    import yaml

    site.serve("/openapi.json", yaml.safe_dump(DOCUMENT), Content_Type="application/yaml")
    assert texts(check(site.url, fetcher=FETCHER)) == []


def test_nobody_at_the_address_is_told_so() -> None:
    [found] = texts(check("localhost:1", fetcher=FETCHER))
    assert "cannot be reached: Connection refused." in found


# --- The published examples, as they were ------------------------------------------------


def original(site: Served, *, auth: dict[str, Any], **manifest: Any) -> None:
    """Serve documents with the defects that the published examples had."""
    made = changed(
        MANIFEST,
        {
            "/auth": auth,
            "/name_for_human": "TODO List (service auth)",
            "/name_for_model": "todo_service",
            "/legal_info_url": "http://www.example.com/legal",
            "/contact_email": "legal@example.com",
        },
    )
    added = {"type": "object", "properties": {"todo": {"type": "string", "required": True}}}
    document = changed(
        DOCUMENT,
        {
            "/openapi": "3.0.1",
            "/paths/~1notes~1{name}/get/description": None,
            "/components": {"schemas": {"addTodoRequest": added}},
        },
    )
    site.serve_plugin(made, document)
    site.answers["/notes/example"] = (500, {"Content-Type": "text/html"}, b"assert")


def test_each_defect_of_the_published_examples_is_found(site: Served) -> None:
    original(
        site,
        auth={
            "type": "service_http",
            "authorization_type": "bearer",
            "verification_tokens": {"openai": "x"},
        },
    )
    found = "\n".join(texts(check(site.url, fetcher=FETCHER)))
    for words in (
        "manifest.lengths: /name_for_human: 24 characters",
        "manifest.name-for-model: /name_for_model: 'todo_service'",
        "manifest.https: /legal_info_url",
        "manifest.domain: /legal_info_url: 'www.example.com'",
        "manifest.domain: /contact_email: 'example.com'",
        "openapi.valid: /properties/todo/required: \"True is not of type 'array'\"",
        "openapi.descriptions: getNotes",
        "http.challenge: getNotes: HTTP status 500 without a token",
    ):
        assert words in found, found


# --- The command -------------------------------------------------------------------------


def command(*arguments: str) -> tuple[str, int]:
    said = StringIO()
    try:
        call_command("check_plugin", *arguments, stdout=said, no_color=True)
    except SystemExit as end:
        return said.getvalue(), int(end.code or 0)
    return said.getvalue(), 0


def test_the_command_says_what_to_mend_and_ends_by_what_it_found(site: Served) -> None:
    assert command(site.url) == (
        f"The plugin at {site.url}{ENTRY}\n\nNothing is wrong with it.\n",
        0,
    )
    site.answers["/legal"] = (404, {}, b"")
    said, status = command(site.url)
    assert "warning  http.legal\n" in said
    assert "Serve a page there: ChatGPT links to it.\n\n1 warning.\n" in said
    assert (status, command(site.url, "--strict")[1]) == (0, 1)
    site.answers["/logo.png"] = (404, {}, b"")
    said, status = command(site.url)
    assert said.endswith("1 error, 1 warning.\n")
    assert said.index("error  logo.read") < said.index("warning  http.legal")  # worst first
    assert status == 1


def test_the_command_speaks_json_and_sarif(site: Served) -> None:
    site.answers["/legal"] = (404, {}, b"")
    said = json.loads(command(site.url, "--json")[0])
    assert said["kind"] == "plugin"
    assert said["findings"][0] == {
        "rule": "http.legal",
        "level": Level.WARNING,
        "at": f"{site.url}/legal",
        "found": "HTTP status 404",
        "mend": "Serve a page there: ChatGPT links to it.",
    }
    [run] = json.loads(command(site.url, "--sarif")[0])["runs"]
    assert run["results"][0]["ruleId"] == "http.legal"
    assert run["results"][0]["level"] == "warning"
    names = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert "http.legal" in names
    assert len(names) == len(set(names))
