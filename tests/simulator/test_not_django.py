"""A plugin that is not Django is installed and called; or it is said what to mend in it."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest
from starlette.responses import Response

from plugins.linter.checking import check
from simulator.fetching import TracedFetcher, site_fetcher
from simulator.installing import find
from simulator.models import InstalledPlugin
from tests.simulator import wrong_answers as wrong
from tests.simulator.conftest import Said, step
from tests.simulator.notes_site import CLIENT, NotesSite

pytestmark = [pytest.mark.outside, pytest.mark.django_db, pytest.mark.usefixtures("somebody")]

MANIFEST, DOCUMENT = "/.well-known/ai-plugin.json", "/openapi.json"
BY_HAND = ["--client-id", CLIENT["client_id"], "--client-secret", CLIENT["client_secret"]]
GIVEN = {
    "none": [],
    "service_http": ["--token", "pasted"],
    "user_http": ["--token", "pasted"],
    "oauth": [*BY_HAND, "--open-browser", "--seconds", "10"],
}


def install(notes: NotesSite, *options: str) -> Said:
    notes.tokens["pasted"] = "access"
    return step("install_plugin", notes.url, *GIVEN[notes.scheme], *options)


def call() -> Said:
    return step("call_plugin", "notes", "getNotes", "name=ann")


def refused(said: Said, words: str) -> None:
    assert said.status == 1
    assert words in said.err, said.err
    assert "Traceback (most recent call last):\n" not in said.err
    assert not InstalledPlugin.objects.exists()


@pytest.mark.parametrize("scheme", GIVEN)
def test_it_is_installed_by_each_scheme_and_called(notes: NotesSite, scheme: str) -> None:
    notes.scheme = scheme
    said = install(notes)
    assert (said.status, said.err) == (0, "")
    assert "Looked for faults: none." in said.out
    assert call() == Said('{"notes":["ann"]}\n', "", 0)
    assert step("uninstall_plugin", "notes").status == 0


Fault = Callable[[], Response]
UNREADABLE: list[tuple[Fault, str]] = [
    (wrong.page, "a page of HTML. Serve the document itself at this address."),
    (lambda: wrong.text(b"{'name': 1}"), "broken JSON at line 1, column 2"),
    (lambda: wrong.text(b""), "broken JSON at line 1, column 1"),
    (lambda: wrong.text(b"[]"), "list, no object. Begin it with an object."),
    (lambda: wrong.text(b"null"), "NoneType, no object. Begin it with an object."),
    (lambda: wrong.text('{"a": "é"}'.encode("latin-1")), "no UTF-8 at byte 7. Save it as UTF-8."),
    (lambda: wrong.text("{}".encode("utf-16")), "no UTF-8 at byte 0. Save it as UTF-8."),
    (lambda: wrong.text(b"{}", status=404), "HTTP status 404. Serve the document there, with 200."),
    (wrong.failure, "HTTP status 500. Serve the document there, with 200."),
    (wrong.nothing, "HTTP status 204. Serve the document there, with 200."),
    (wrong.nowhere, "HTTP status 302. Serve the document there, with 200."),
    (wrong.elsewhere, "redirects to another site, https://other.example/."),
    (lambda: wrong.elsewhere("//["), "redirects to another site"),
    (lambda: wrong.elsewhere(MANIFEST), "redirects more than 5 times."),
    (wrong.bomb, "answers more than 2097152 bytes."),
    (wrong.endless, "answers more than 2097152 bytes."),
    (wrong.no_gzip, "cannot be reached: "),
    (wrong.cut_off, "cannot be reached: "),
]
YAML: list[tuple[bytes, str]] = [
    (b"openapi: 3.0.3\npaths:\n\t/notes: {}\n", "broken YAML at line 3, column 1"),
    (b"openapi: 3.0.3\n  paths: {}\n", "broken YAML at line 2, column 8"),
    (b"- a\n- b\n", "list, no object."),
    (b"just text", "str, no object."),
    (b"", "NoneType, no object."),
]


@pytest.mark.parametrize(("fault", "words"), UNREADABLE)
def test_a_manifest_that_cannot_be_read(notes: NotesSite, fault: Fault, words: str) -> None:
    notes.instead[MANIFEST] = fault
    refused(install(notes), words)
    [found] = check(notes.url, fetcher=site_fetcher(loopback=True)).findings
    assert found.rule == "manifest.read" and words in f"{found.found}. {found.mend}"


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        *(each for each in UNREADABLE if not each[1].startswith(("broken JSON", "redirects more"))),
        (lambda: wrong.text(b"{'name': 1}"), "broken JSON at line 1, column 2"),
        *((lambda body=body: wrong.text(body), words) for body, words in YAML),
    ],
)
def test_a_document_that_cannot_be_read(notes: NotesSite, fault: Fault, words: str) -> None:
    notes.instead[DOCUMENT] = fault
    refused(install(notes), words)


BROKEN = [wrong.failure, wrong.endless, wrong.bomb, wrong.cut_off, wrong.elsewhere]


@pytest.mark.parametrize(
    ("path", "fault", "rules"),
    [
        *(("/logo.png", fault, ("logo.read", "logo.kind")) for fault in [wrong.page, *BROKEN]),
        *(("/legal", fault, ("http.legal",)) for fault in BROKEN),
        *(("/notes/example", fault, ("http.challenge",)) for fault in [wrong.page, *BROKEN]),
    ],
)
def test_whatever_else_is_wrong_is_found_by_a_check(
    notes: NotesSite, path: str, fault: Fault, rules: tuple[str, ...]
) -> None:
    notes.instead[path] = fault
    findings = check(notes.url, fetcher=site_fetcher(loopback=True)).findings
    assert {each.rule for each in findings} & set(rules)


EXCHANGE: list[tuple[Fault, str]] = [
    (wrong.page, "The token endpoint answers text/html; charset=utf-8, and no JSON object"),
    (wrong.failure, "The token endpoint answers HTTP status 500"),
    (wrong.nothing, "The token endpoint answers no Content-Type, and no JSON object"),
    (lambda: wrong.text(b"[]"), "and no JSON object: '[]'. Let it answer as RFC 6749"),
    (lambda: wrong.text(b"\xff"), "and no JSON object"),
    (lambda: wrong.text(b"{}"), "The token endpoint answers no access_token"),
    (lambda: wrong.text(b'{"access_token": "a"}'), 'It answers no token_type. Answer "bearer"'),
    (lambda: wrong.text(b'{"access_token": "a", "token_type": 1}'), "Its token_type is 1."),
    (lambda: wrong.text(b'{"access_token": ""}'), "answers no access_token"),
    (lambda: wrong.text(b'{"access_token": "a\\nb", "token_type": "bearer"}'), "no header"),
    (lambda: wrong.text(b"access_token=a", "text/plain"), "answers text/plain"),
    (lambda: wrong.text(b'{"error": {"a": 1}}', status=400), "refuses with HTTP status 400"),
    (lambda: wrong.text(b"Send a form.", "text/plain", 415), "It was sent as application/json"),
    (wrong.elsewhere, "The token endpoint answers HTTP status 302"),
    (wrong.endless, "answers more than 2097152 bytes."),
    (wrong.bomb, "answers more than 2097152 bytes."),
    (wrong.cut_off, "cannot be reached: "),
]


@pytest.mark.parametrize(("fault", "words"), EXCHANGE)
def test_an_exchange_that_goes_wrong(notes: NotesSite, fault: Fault, words: str) -> None:
    notes.instead["/token"] = fault
    refused(install(notes), words)


@pytest.mark.parametrize("path", ["/register", "/.well-known/oauth-authorization-server"])
def test_registration_and_metadata_that_go_wrong(notes: NotesSite, path: str) -> None:
    """Without a client made by hand, for which there would be no need of them."""
    notes.publish()
    for fault, _ in EXCHANGE:
        notes.instead[path] = fault
        refused(step("install_plugin", notes.url, "--open-browser", "--seconds", "10"), "")


CALLS: list[tuple[Fault, str, str]] = [
    (wrong.failure, "Traceback", "getNotes was refused: HTTP status 500."),
    (wrong.elsewhere, "", "A redirect is not followed"),
    (wrong.endless, "", "answers more than 2097152 bytes."),
    (wrong.bomb, "", "answers more than 2097152 bytes."),
    (wrong.cut_off, "", "cannot be reached: "),
    (lambda: wrong.text(b"", status=404), "", "HTTP status 404"),
]


@pytest.mark.parametrize(("fault", "out", "words"), CALLS)
def test_a_call_that_goes_wrong(notes: NotesSite, fault: Fault, out: str, words: str) -> None:
    install(notes)
    notes.instead["/notes/ann"] = fault
    said = call()
    assert said.status == 1 and out in said.out and words in said.err, said


@pytest.mark.parametrize("body", [b"\xff\xfe", b"", b"<p>", b"null", "é".encode("latin-1")])
def test_an_answer_of_any_kind_is_shown_as_a_model_would_get_it(
    notes: NotesSite, body: bytes
) -> None:
    install(notes)
    notes.instead["/notes/ann"] = lambda: wrong.text(body, "text/weird; charset=nonsense")
    assert call() == Said(body.decode("utf-8", "replace") + "\n", "", 0)


# --- What takes too long -----------------------------------------------------------------


def hasty() -> TracedFetcher:
    return replace(site_fetcher(loopback=True), seconds=0.3)


@pytest.mark.parametrize("path", [MANIFEST, DOCUMENT])
def test_a_document_that_trickles_is_given_up(notes: NotesSite, path: str) -> None:
    notes.instead[path] = wrong.slow
    with pytest.raises(Exception, match=r"took longer than 0\.3 seconds"):
        find(notes.url, hasty())


def test_a_site_that_is_slow_throughout_is_told_so(
    notes: NotesSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("plugins.linter.checking.CHECK_SECONDS", 0.7)
    for path in ("/logo.png", "/legal", "/notes/example", "/there-is-no-such-path"):
        notes.instead[path] = wrong.slow
    report = check(notes.url, fetcher=hasty())
    assert "check.time" in [each.rule for each in report.findings]


def test_a_call_that_trickles_is_given_up(
    notes: NotesSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(notes)
    notes.instead["/notes/ann"] = wrong.slow
    monkeypatch.setattr("simulator.openapi.CALL_SECONDS", 0.3)
    said = call()
    assert said.status == 1 and "took longer than 0.3 seconds" in said.err


# --- What a manifest says wrongly --------------------------------------------------------


def served(notes: NotesSite, path: str) -> Any:
    return httpx.get(f"{notes.url}{path}").json()


def serve(notes: NotesSite, path: str, document: Any) -> None:
    notes.instead[path] = lambda: wrong.text(json.dumps(document).encode())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"api": {"type": "openapi", "url": "https://other.example/o.json"}}, "cannot be reached"),
        ({"api": {"type": "openapi"}}, "names no document. Give its URL in api.url."),
        ({"logo_url": "https://other.example/l.png"}, "Use localhost, or a host below it."),
        ({"contact_email": "a@other.example"}, "Use localhost, or a host below it."),
        ({"auth": {"type": "oauth"}}, "/auth/client_url: None"),
        ({"auth": None}, "Give an object."),
        ({"name_for_model": "my notes"}, "Use letters and digits only"),
    ],
)
def test_a_manifest_that_is_wrong(notes: NotesSite, change: Any, words: str) -> None:
    serve(notes, MANIFEST, {**served(notes, MANIFEST), **change})
    refused(install(notes), words)


def test_an_operation_without_a_name(notes: NotesSite) -> None:
    document = served(notes, DOCUMENT)
    del document["paths"]["/notes/{name}"]["get"]["operationId"]
    serve(notes, DOCUMENT, document)
    refused(install(notes), "GET /notes/{name}: no operationId\n  Name it, such as getTodos.")
    assert install(notes, "--despite-errors").status == 0
    called = step("call_plugin", "notes", "GET /notes/{name}", "name=ann")
    assert called == Said('{"notes":["ann"]}\n', "", 0)


def test_a_manifest_at_another_place(notes: NotesSite) -> None:
    notes.instead[MANIFEST] = lambda: wrong.text(b"{}", status=404)
    refused(install(notes), f"{notes.url}{MANIFEST} is no document: HTTP status 404.")
