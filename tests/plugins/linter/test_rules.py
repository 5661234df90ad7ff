"""Each rule of manifests, documents and logos: what it finds, beside a plugin with no fault."""

import re
from pathlib import Path
from typing import Any

import pytest

from plugins.linter import document_rules, logo, manifest
from plugins.linter.document import Document
from plugins.linter.sarif import RULES
from tests.plugins.linter import served

URL = "https://notes.example.com"
MANIFEST: dict[str, Any] = served.changed(
    served.MANIFEST,
    {
        "/api/url": f"{URL}/openapi.json",
        "/logo_url": f"{URL}/logo.png",
        "/legal_info_url": f"{URL}/legal",
        "/contact_email": "support@example.com",
    },
)
DOCUMENT: dict[str, Any] = served.changed(served.DOCUMENT, {"/servers/0/url": URL})
OAUTH = {
    "type": "oauth",
    "client_url": f"{URL}/oauth",
    "authorization_url": f"{URL}/token",
    "authorization_content_type": "application/json",
    "scope": "",
    "verification_tokens": {"openai": "x"},
}
SERVICE = {"type": "service_http", "authorization_type": "bearer", "verification_tokens": {}}
GET = "/paths/~1notes~1{name}/get"
LONG = "a" * 201

MANIFESTS: list[tuple[str, dict[str, Any], str]] = [
    ("fields", {"/logo_url": None}, "/logo_url: it is missing"),
    ("fields", {"/name_for_human": " "}, "/name_for_human: ' '"),
    ("fields", {"/auth": "none"}, "/auth: 'none'"),
    ("unknown-fields", {"/name": "x"}, "/name: no client reads it"),
    ("schema-version", {"/schema_version": "1"}, "/schema_version: '1'"),
    ("name-for-model", {"/name_for_model": "my_notes"}, "'my_notes'"),
    ("name-for-model", {"/name_for_model": "a" * 51}, "50 characters at most"),
    ("lengths", {"/name_for_human": "a" * 21}, "21 characters. Use 20"),
    ("lengths", {"/description_for_model": "a" * 8001}, "8001 characters"),
    ("auth", {"/auth/type": "api_key"}, "'api_key'. Use one of none, user_http"),
    ("auth", {"/auth": {"type": "user_http"}}, "/auth/authorization_type: None"),
    ("auth", {"/auth": {"type": "oauth"}}, "/auth/client_url: None"),
    ("auth", {"/auth": OAUTH | {"scope": None}}, "/auth/scope: None"),
    ("auth", {"/auth": OAUTH | {"authorization_content_type": "text/plain"}}, "'text/plain'"),
    ("verification-tokens", {"/auth": SERVICE | {"verification_tokens": "x"}}, "Give an object"),
    ("api", {"/api/type": "rest"}, "/api/type: 'rest'"),
    ("api", {"/api/url": None}, "/api/url: None"),
    ("https", {"/logo_url": "http://notes.example.com/l.png"}, "/logo_url: 'http://notes"),
    ("https", {"/legal_info_url": "/legal"}, "Give the whole URL"),
    ("domain", {"/logo_url": "https://cdn.example.net/l.png"}, "Use example.com"),
    ("domain", {"/contact_email": "me@gmail.com"}, "/contact_email: 'gmail.com'"),
    ("domain", {"/contact_email": "nobody"}, "Give the address of a mailbox"),
]


@pytest.mark.parametrize(("rule", "changes", "words"), MANIFESTS)
def test_a_fault_of_a_manifest_is_found(rule: str, changes: dict[str, Any], words: str) -> None:
    found = findings_of_manifest(served.changed(MANIFEST, changes))
    assert any(name == f"manifest.{rule}" and words in text for name, text in found), found


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"/auth": OAUTH},
        {"/auth": SERVICE},
        {"/auth": {"type": "user_http", "authorization_type": "bearer"}},
        {"/logo_url": "https://cdn.example.com/l.png", "/contact_email": "me@mail.example.com"},
    ],
)
def test_a_manifest_without_a_fault_has_none(changes: dict[str, Any]) -> None:
    assert findings_of_manifest(served.changed(MANIFEST, changes)) == []


def test_two_sites_below_one_public_suffix_are_not_one() -> None:
    made = served.changed(MANIFEST, {"/logo_url": "https://other.co.uk/l.png"})
    subject = manifest.Manifest("https://notes.co.uk/.well-known/ai-plugin.json", made)
    at = {finding.at for finding in manifest.RULES.check(subject) if "domain" in finding.rule}
    assert "/logo_url" in at


def test_a_manifest_below_a_path_is_not_where_chatgpt_looked() -> None:
    subject = manifest.Manifest(f"{URL}/notes/.well-known/ai-plugin.json", MANIFEST)
    [finding] = manifest.RULES.check(subject)
    assert (finding.rule, finding.level) == ("manifest.place", "advice")


def findings_of_manifest(made: Any) -> list[tuple[str, str]]:
    subject = manifest.Manifest(f"{URL}/.well-known/ai-plugin.json", made)
    return [(each.rule, words(each)) for each in manifest.RULES.check(subject)]


def words(finding: Any) -> str:
    return f"{finding.at}: {finding.found}. {finding.mend}"


def operation(**changes: Any) -> dict[str, Any]:
    return {f"{GET}/{name}": value for name, value in changes.items()}


def parameter(**changes: Any) -> dict[str, Any]:
    return {f"{GET}/parameters/0/{name}": value for name, value in changes.items()}


def body(**schema: Any) -> dict[str, Any]:
    """Return a body of one text."""
    properties = {"text": {"type": "string", **schema}}
    return {"content": {"application/json": {"schema": {"properties": properties}}}}


ANSWER = f"{GET}/responses/200/content/application~1json/schema"
DOCUMENTS: list[tuple[str, dict[str, Any], str]] = [
    ("version", {"/openapi": "2.0"}, "/openapi: '2.0'"),
    ("valid", {f"{ANSWER}/required": True}, "True is not of type 'array'"),
    ("valid", {"/info/title": None}, '"title" is a required property'),
    ("references", {ANSWER: {"$ref": "#/components/schemas/No"}}, "leads nowhere"),
    ("references", {ANSWER: {"$ref": "https://a.example/schema.json"}}, "no second document"),
    ("references", {ANSWER: {"$ref": "file:///etc/passwd"}}, "no second document"),
    ("operations", {"/paths": {}}, "no operation"),
    ("operation-ids", operation(operationId=None), "GET /notes/{name}: no operationId"),
    ("operation-ids", operation(operationId="get notes"), "'get notes'"),
    (
        "operation-ids",
        {"/paths/~1other": {"get": DOCUMENT["paths"]["/notes/{name}"]["get"]}},
        "getNotes: 2 operations have it",
    ),
    (
        "operation-count",
        {f"/paths/~1{n}": {"get": {"operationId": f"n{n}"}} for n in range(30)},
        "31 operations",
    ),
    ("summaries", operation(summary=None, description=None), "getNotes: no summary"),
    ("descriptions", operation(description=None), "getNotes: no description"),
    ("lengths", operation(summary="a" * 301), "getNotes summary: 301 characters"),
    ("lengths", parameter(description="a" * 701), "getNotes name: 701 characters"),
    ("plugin-lengths", operation(description=LONG), "201 characters. Use 200"),
    ("plugin-lengths", parameter(description=LONG), "getNotes name: 201 characters"),
    ("servers", {"/servers": None}, "/servers: none"),
    ("servers", {"/servers/0/url": "https://api.example.net"}, "Use one at example.com"),
    ("servers", {"/servers/0/url": "http://notes.example.com"}, "Serve it by https"),
    ("names", parameter(name="seasons[]"), "'seasons[]'"),
    ("names", {f"{ANSWER}/properties": {"a b": {"type": "string"}}}, "'a b'"),
    ("patterns", parameter(schema={"type": "string", "pattern": "^(?!x)"}), "'^(?!x)'"),
    ("nullable", {f"{ANSWER}/properties": {"a": {"nullable": True}}}, "nullable without type"),
    ("nullable", {f"{ANSWER}/properties": {"a": {"enum": [None]}}}, "an enum of null alone"),
    (
        "dates",
        parameter(schema={"type": "string", "format": "date", "description": "A day or time."}),
        "format: date",
    ),
    ("answers", operation(responses={"200": {"description": "OK"}}), "no JSON among"),
    ("input-descriptions", parameter(description=None), "getNotes name: no description"),
    ("input-descriptions", operation(requestBody=body()), "getNotes text: no description"),
    ("examples", parameter(schema={"type": "string"}), "getNotes name: no example"),
    (
        "examples",
        parameter(schema={"type": "array", "items": {"type": "string"}}),
        "getNotes name: no example",
    ),
    ("examples", operation(requestBody=body()), "properties/text: no example"),
    ("terms", {"/info/contact": None}, "/info/contact: none"),
    ("terms", {"/info/license": None}, "/info/license: none"),
    ("spaces", operation(description="All \nof them."), "Take it off"),
]


@pytest.mark.parametrize(("rule", "changes", "words"), DOCUMENTS)
def test_a_fault_of_a_document_is_found(rule: str, changes: dict[str, Any], words: str) -> None:
    found = findings_of_document(served.changed(DOCUMENT, changes))
    assert any(name == f"openapi.{rule}" and words in text for name, text in found), found


def test_a_document_without_a_fault_has_none() -> None:
    assert findings_of_document(DOCUMENT) == []
    assert findings_of_document(served.changed(DOCUMENT, {"/openapi": "3.1.0"})) == []


@pytest.mark.parametrize(
    "changes",
    [
        operation(requestBody=body(description="What it says.", example="Milk.")),
        operation(requestBody=body(description="What it says.", enum=["a", "b"])),
        operation(requestBody=body(description="A file.", format="binary")),
        parameter(schema={"type": "array", "items": {"type": "string", "example": "a"}}),
        parameter(schema={"type": "string"}, example="a"),
    ],
)
def test_an_example_may_stand_in_several_places(changes: dict[str, Any]) -> None:
    found = findings_of_document(served.changed(DOCUMENT, changes))
    assert [name for name, _ in found if name != "openapi.valid"] == []


@pytest.mark.parametrize(
    "made",
    [
        {"openapi": "3.0.3", "paths": {"/": {"get": {"requestBody": {"content": {"a": None}}}}}},
        {"openapi": "3.0.3", "paths": {"/": {"get": {"requestBody": {"content": []}}}}},
        {},
        {"openapi": "3.0.3", "paths": [], "servers": {}, "info": None},
        {"openapi": 3, "paths": {"/": None, 5: {"get": []}}, "servers": [None]},
        {"openapi": "3.0.3", "paths": {"/": {"get": {"parameters": [{"$ref": "#/x"}, 1, None]}}}},
        {"openapi": "3.0.3", "paths": {"/": {"get": {"responses": {"200": {"$ref": "#/a"}}}}}},
        {"openapi": "3.1.0", "components": {"schemas": {"A": {"$ref": "#/components/schemas/A"}}}},
    ],
)
def test_no_document_is_too_broken_to_be_told_of(made: Any) -> None:
    assert findings_of_document(made)


def findings_of_document(made: Any) -> list[tuple[str, str]]:
    subject = Document(f"{URL}/openapi.json", made)
    findings = [*document_rules.VALIDITY.check(subject), *document_rules.RULES.check(subject)]
    return [(each.rule, words(each)) for each in findings]


LOGOS: list[tuple[str, str, bytes]] = [
    ("kind", "image/gif", served.logo(format="GIF")),
    ("kind", "text/html", b"<p>"),
    ("content-type", "text/plain", served.logo()),
    ("content-type", "image/png", served.logo(format="JPEG")),
    ("size", "image/png", served.logo(size=(64, 64))),
    ("size", "image/png", served.logo() + bytes(logo.BYTES_MAX)),
]


@pytest.mark.parametrize(("rule", "content_type", "body"), LOGOS)
def test_a_fault_of_a_logo_is_found(rule: str, content_type: str, body: bytes) -> None:
    found = [each.rule for each in logo.RULES.check(logo.Logo("/l", content_type, body))]
    assert found == [f"logo.{rule}"]


@pytest.mark.parametrize(
    ("content_type", "body"),
    [("image/png", served.logo()), ("image/svg+xml; charset=utf-8", b"<svg/>")],
)
def test_a_logo_without_a_fault_has_none(content_type: str, body: bytes) -> None:
    assert not list(logo.RULES.check(logo.Logo("/l", content_type, body)))


def test_every_rule_of_what_can_be_read_has_a_failing_case() -> None:
    tried = {f"manifest.{rule}" for rule, _, _ in MANIFESTS} | {"manifest.place"}
    tried |= {f"openapi.{rule}" for rule, _, _ in DOCUMENTS}
    tried |= {f"logo.{rule}" for rule, _, _ in LOGOS}
    named = {name for name, _ in RULES if not name.startswith(("http.", "mcp."))}
    read = {"manifest.read", "openapi.read", "logo.read"}
    assert named - tried == {"check.time", *read}  # test_checking.py


def test_every_rule_is_explained() -> None:
    text = (Path(__file__).parents[3] / "docs" / "check_plugin.md").read_text()
    explained = dict(re.findall(r"^\| `([\w.-]+)` \| \w+ \| (.+) \|$", text, re.MULTILINE))
    assert explained == {name: says for name, says in RULES if not name.endswith(".read")}
