"""A document that was made to harm who reads it is told of, and does nothing."""

import json
from copy import deepcopy
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from api.fetching import Fetched, Fetcher
from plugins.linter import document_rules, validity
from plugins.linter import validity_worker as worker
from plugins.linter.checking import check
from plugins.linter.document import Document
from plugins.linter.reading import UnreadableError, read_object
from tests.plugins.linter.served import DOCUMENT, MANIFEST, Served, changed, served

pytestmark = pytest.mark.outside

ANSWER = "/paths/~1notes~1{name}/get/responses/200/content/application~1json/schema"
LOCAL = Fetcher(loopback=True)


def found(document: Any) -> list[str]:
    subject = Document("http://localhost/openapi.json", document)
    rules = [*document_rules.VALIDITY, *document_rules.RULES]
    return [" ".join(each) for rule in rules for each in rule.problems(subject)]


@pytest.mark.parametrize("place", [ANSWER, "/paths/~1notes~1{name}"])
@pytest.mark.parametrize("more", [{}, {"/openapi": "3.1.0"}])
def test_what_a_document_refers_to_is_not_fetched(place: str, more: Any, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text('"a secret of this machine"')
    with served() as site:
        site.serve("/schema", {"type": "string"})
        for url in (f"{site.url}/schema", f"file://{tmp_path}/secret", f"{tmp_path}/secret"):
            told = found(changed(DOCUMENT, {place: {"$ref": url}, **more}))
            assert any("clients fetch no second document" in each for each in told)
            assert not any("a secret" in each for each in told)
        assert site.asked == []


def test_the_validators_own_process_goes_nowhere() -> None:
    """What reads a reference refuses, and so does the process, should anything else try."""
    [(_, told)] = worker.faults(changed(DOCUMENT, {ANSWER: {"$ref": "file:///etc/passwd"}}))
    assert "Unresolvable" in told
    for event in ("socket.connect", "socket.getaddrinfo", "subprocess.Popen"):
        with pytest.raises(PermissionError):
            worker.stay_here(event, ())
    worker.stay_here("open", ())  # the validator's own schemas are files


def test_a_pattern_that_takes_for_ever_is_not_tried() -> None:
    schema = {"type": "string", "pattern": "^(a+)+$", "default": "a" * 40 + "!"}
    document = changed(DOCUMENT, {ANSWER: schema})
    assert found(document) == []
    assert list(worker.faults(worker.without_patterns(document))) == []


def tree(levels: int) -> Any:
    """Return a document whose schemas refer to each other in 2 ** levels ways."""
    document = deepcopy(DOCUMENT)
    refer = [{"allOf": [ref(number + 1), ref(number + 1)]} for number in range(levels)]
    schemas: dict[str, Any] = {f"A{number}": each for number, each in enumerate(refer)}
    document["components"] = {"schemas": {**schemas, f"A{levels}": {"type": "object"}}}
    return document


def ref(number: int) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/A{number}"}


def test_a_document_that_takes_too_long_is_given_up_and_the_next_is_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert found(DOCUMENT) == []
    monkeypatch.setattr(validity, "SECONDS", 0.3)
    assert any("not found out within" in each for each in found(tree(30)))
    monkeypatch.undo()
    assert found(DOCUMENT) == []


def test_a_validator_that_was_killed_is_begun_anew() -> None:
    assert found(DOCUMENT) == []
    assert validity.worker.running
    validity.worker.running[0].kill()
    validity.worker.running[0].wait()
    assert found(DOCUMENT) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"/servers": [{"url": "http://[::1"}, {"url": ["x"]}, 5]},
        {"/servers": [{"url": "http://a:99999999/"}]},
        {"/components": {"schemas": {"A": {"$ref": "#/components/schemas/A"}}}},
        {ANSWER: {"$ref": "#"}},
        {"/paths": {1: {"get": {"parameters": [1, None, {"$ref": 5}], "responses": [1]}}}},
        {"/paths": {"/x": {"get": {"responses": {200: None}}}}},
        {"/info/title": "\ud800"},
    ],
)
def test_values_of_any_shape_are_told_of(changes: Any) -> None:
    found(changed(DOCUMENT, changes))


BOMB = "\n".join(
    ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (BOMB, "YAML whose aliases unfold to more than"),
        ("a: &a [*a]", "YAML nested too deep, or in itself"),
        ("[" * 100_000, "nested too deep"),
        ("a: " + "[" * 100_000, "YAML nested too deep"),
        (f'{{"a": {"9" * 10_000}}}', "broken JSON"),
        (f"a: {'9' * 10_000}", "broken YAML"),
        ("a: 2024-13-45", "broken YAML"),
        ("a: !!python/object/apply:os.system [x]", "broken YAML at line 1"),
        ("a: " + "x" * 600_000, "YAML of more than 524288 characters. Serve it as JSON"),
        ("? [a, b]\n: c", "broken YAML"),
        ("{a: 1, b", "broken JSON at line 1, column 2"),
        ("a: \x01", "broken YAML"),
        ("a: !!timestamp x", "broken YAML"),
        ("a: !!int x", "broken YAML"),
        ("a: !!bool x", "broken YAML"),
    ],
)
def test_a_text_that_is_no_document_is_told_of(text: str, words: str) -> None:
    fetched = Fetched("http://localhost/openapi.yaml", 200, {}, text.encode())
    with pytest.raises(UnreadableError, match=words):
        read_object(fetched, yaml_too=True)


def test_aliases_that_spare_writing_are_read() -> None:
    text = "a: &a {b: 1}\nc: *a\nd: {<<: *a, e: 2}"
    fetched = Fetched("http://localhost/openapi.yaml", 200, {}, text.encode())
    assert read_object(fetched, yaml_too=True) == {
        "a": {"b": 1},
        "c": {"b": 1},
        "d": {"b": 1, "e": 2},
    }


@pytest.fixture
def site() -> Any:
    with served() as site:
        site.serve_plugin()
        yield site


@pytest.mark.parametrize("url", ["http://[::1", "http://a:99999/", "http://ex\u2100mple/", "//["])
def test_a_manifest_may_name_what_is_no_url(site: Served, url: str) -> None:
    auth = {"type": "oauth", "client_url": url, "authorization_url": url, "scope": ""}
    names = {"/auth": auth, "/logo_url": url, "/legal_info_url": url, "/contact_email": f"a@{url}"}
    site.serve_plugin(changed(MANIFEST, names))
    assert check(site.url, fetcher=LOCAL).findings
    site.serve_plugin(changed(MANIFEST, {"/api/url": url}))
    assert check(site.url, fetcher=LOCAL).findings
    site.answers["/.well-known/ai-plugin.json"] = (302, {"Location": url}, b"")
    assert check(site.url, fetcher=LOCAL).findings


def test_a_tool_may_hold_what_is_no_schema(site: Served) -> None:
    tool = {"name": "a", "inputSchema": {"type": "object", "properties": json.loads("[1]")}}
    site.results = {"initialize": {}, "tools/list": {"tools": [tool, {"name": [1]}, {}]}}
    assert check(f"{site.url}/mcp", fetcher=LOCAL).findings


def test_the_validator_outlives_the_threads_that_ask_it() -> None:
    """Linux ends what dies with its parent with the thread that started it."""
    document = {"openapi": "3.0.3", "info": {"title": "a", "version": "1"}, "paths": {}}
    told: list[object] = []
    for _ in range(3):
        thread = Thread(target=lambda: told.append(validity.faults(document)))
        thread.start()
        thread.join()
    assert told == [[], [], []]
