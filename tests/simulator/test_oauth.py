"""A plugin that nobody here wrote is installed by OAuth, or refused in words that mend it."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from simulator import installing, reasons
from simulator.fetching import site_fetcher
from simulator.models import InstalledPlugin
from tests.simulator.conftest import run, step
from tests.simulator.notes_site import CLIENT, NotesSite

pytestmark = [pytest.mark.outside, pytest.mark.django_db, pytest.mark.usefixtures("somebody")]

TALK = installing.Conversation()
BY_HAND = ["--client-id", CLIENT["client_id"], "--client-secret", CLIENT["client_secret"]]


def install(notes: NotesSite, *options: str) -> Any:
    return step("install_plugin", notes.url, "--open-browser", "--seconds", "10", *options)


def call(*options: str) -> Any:
    return step("call_plugin", "notes", "getNotes", "name=ann", *options)


@pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded"])
def test_as_chatgpt_did_it(notes: NotesSite, content_type: str) -> None:
    notes.content_type = content_type
    said = install(notes, *BY_HAND)
    assert (said.status, said.err) == (0, "")
    assert "Installed “notes”.\nIt offers getNotes.\n" in said.out
    assert said.out.endswith("Next: .venv/bin/python manage.py call_plugin notes getNotes name=…\n")
    [(_, _, sent), (_, _, exchanged)] = notes.asked
    assert {"from", "response_type", "client_id", "scope", "state", "redirect_uri"} == set(sent)
    assert sent["scope"] == "notes" and sent["from"] == "plugin"
    assert exchanged.pop("code")
    assert exchanged == {
        "grant_type": "authorization_code",
        "redirect_uri": sent["redirect_uri"],
        **CLIENT,
    }


def test_a_client_registers_where_the_server_offers_it_and_uses_pkce(notes: NotesSite) -> None:
    notes.publish()
    assert install(notes).status == 0
    [registered, authorized, exchanged] = [sent for _, _, sent in notes.asked]
    assert registered["redirect_uris"] == [authorized["redirect_uri"]]
    assert authorized["code_challenge_method"] == "S256"
    assert exchanged["client_secret"] == "made-secret" and exchanged["code_verifier"]
    assert call().out == '{"notes":["ann"]}\n'


def test_a_client_proves_itself_by_basic_where_that_is_all_there_is(notes: NotesSite) -> None:
    notes.publish(token_endpoint_auth_methods_supported=["client_secret_basic"])
    assert install(notes).status == 0
    assert "client_secret" not in notes.asked[-1][2]


def test_metadata_of_another_server_count_for_nothing(notes: NotesSite) -> None:
    notes.publish(issuer="https://other.example")
    assert "It wants an OAuth client" in install(notes).err
    assert install(notes, *BY_HAND).status == 0
    assert "code_verifier" not in notes.asked[-1][2]


def test_a_call_bears_the_token_and_the_headers_of_chatgpt(notes: NotesSite) -> None:
    install(notes, *BY_HAND)
    assert call().status == 0
    sent = notes.headers[-1]
    assert notes.tokens[sent["authorization"].removeprefix("Bearer ")] == "access"
    assert sent["openai-conversation-id"] and sent["openai-ephemeral-user-id"]


def test_a_token_that_expired_is_refreshed_once_and_the_new_pair_is_kept(notes: NotesSite) -> None:
    install(notes, *BY_HAND)
    for _ in range(2):  # the second time with the refresh token that came with the first
        notes.expire()
        assert call().out == '{"notes":["ann"]}\n'
    grants = [sent["grant_type"] for _, path, sent in notes.asked if path == "/token"]
    assert grants == ["authorization_code", "refresh_token", "refresh_token"]


def test_without_a_refresh_token_a_refusal_is_what_it_is(notes: NotesSite) -> None:
    notes.faults = {"no refresh token"}
    assert "There is no refresh token" in install(notes, *BY_HAND).out
    notes.expire()
    said = call()
    assert said.out == '{"detail":"No token."}\n'
    assert said.status == 1 and "HTTP status 401" in said.err


def test_a_refresh_that_fails_says_how(notes: NotesSite) -> None:
    install(notes, *BY_HAND)
    notes.tokens.clear()
    said = call()
    assert said.status == 1
    assert "token endpoint refuses with HTTP status 400, invalid_grant" in said.err


def test_uninstalling_revokes_the_tokens_and_deletes_the_client(notes: NotesSite) -> None:
    notes.publish()
    install(notes)
    said = step("uninstall_plugin", "notes")
    assert said.out == (
        "Revoked its tokens.\nDeleted the client that had been registered.\nUninstalled “notes”.\n"
    )
    assert notes.tokens == {}
    assert notes.asked[-1] == ("DELETE", "/clients/made", "Bearer registration-access-token")
    assert not InstalledPlugin.objects.exists()


def test_uninstalling_says_what_cannot_be_revoked(notes: NotesSite) -> None:
    install(notes, *BY_HAND)
    said = step("uninstall_plugin", "notes")
    assert "Its tokens still open the plugin: the server offers no revocation" in said.out
    assert said.status == 0


def test_a_plugin_goes_where_nothing_can_be_ended_too(notes: NotesSite) -> None:
    notes.publish()
    install(notes)
    notes.faults = {"no end"}
    said = step("uninstall_plugin", "notes")
    assert (
        "Its tokens were not revoked: The revocation endpoint answers HTTP status 500" in said.out
    )
    assert "The client was not deleted: HTTP status 500" in said.out
    assert said.status == 0 and not InstalledPlugin.objects.exists()


def test_what_another_process_refreshed_meanwhile_is_used(
    notes: NotesSite,
) -> None:
    install(notes, *BY_HAND)
    stale = InstalledPlugin.objects.get()
    notes.expire()
    assert call().status == 0
    answer = installing.call(
        stale, "getNotes", ["name=ann"], fetcher=site_fetcher(loopback=True), conversation=TALK
    )
    assert answer.is_good
    assert [path for _, path, _ in notes.asked].count("/token") == 2  # no third


def test_a_verification_token_is_looked_for(notes: NotesSite) -> None:
    said = install(notes, *BY_HAND, "--verification-token", "unknown")
    assert said.status == 1
    assert '"verification_tokens": {"openai": "unknown"}' in said.err
    shown = [*BY_HAND, "--verification-token", "shown-to-openai"]
    assert "The manifest shows the verification token." in install(notes, *shown).out
    assert run("verify_plugin", "notes", "--loopback").status == 0


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("another state", "came back with another state than was sent"),
        ("no state", "came back with no state"),
        ("another issuer", "came back from issuer 'https://mix-up.example'"),
        ("no issuer", "came back from issuer None"),
        ("no code", "came back without a code"),
        ("refusal", "The authorization server says access_denied: No."),
        ("HTML", "The token endpoint answers text/html; charset=utf-8, and no JSON object"),
        ("500", "The token endpoint answers HTTP status 500: 'Traceback'"),
        ("mac", "Its token_type is 'mac'"),
        ("no access token", "The token endpoint answers no access_token"),
        ("no client", "The registration endpoint answers no client_id"),
    ],
)
def test_what_is_wrong_is_refused_in_words(notes: NotesSite, fault: str, words: str) -> None:
    notes.publish()
    notes.faults = {fault}
    said = install(notes)
    assert said.status == 1
    assert words in said.err
    assert not InstalledPlugin.objects.exists()
    paths = [path for _, path, _ in notes.asked]
    if fault in ("another state", "no state", "another issuer", "no issuer", "no code", "refusal"):
        assert "/token" not in paths
    if "/oauth" in paths:
        assert paths[-1] == "/clients/made"  # which is of no use any more


def test_a_wrong_secret_is_refused_in_the_servers_words(notes: NotesSite) -> None:
    said = install(notes, "--client-id", CLIENT["client_id"], "--client-secret", "wrong")
    assert "token endpoint refuses with HTTP status 401, invalid_client" in said.err


def test_no_secret_is_in_the_trace_unless_it_is_asked_for(notes: NotesSite, tmp_path: Path) -> None:
    notes.publish()
    notes.faults = {"echo"}
    files = [tmp_path / name for name in ("install", "call", "uninstall", "revealed")]
    said = [
        install(notes, "--trace", str(files[0]), "--verbosity", "2"),
        call("--trace", str(files[1]), "--verbosity", "2"),
    ]
    kept = InstalledPlugin.objects.get().secrets
    names = ("access_token", "refresh_token", "client_secret", "registration_access_token")
    hidden = [kept[name] for name in names]
    [exchanged] = [sent for _, path, sent in notes.asked if path == "/token"]
    hidden += [exchanged["code"], exchanged["code_verifier"]]
    call("--trace", str(files[3]), "--reveal")
    said.append(step("uninstall_plugin", "notes", "--trace", str(files[2])))
    # What a call answers is for the person who asked: it is shown as it came.
    texts = [*(each.err for each in said), *(file.read_text() for file in files[:3])]
    assert [secret for secret in hidden for text in texts if secret in text] == []
    assert kept["access_token"] in files[3].read_text()


def test_the_trace_tells_the_story_in_order(notes: NotesSite, tmp_path: Path) -> None:
    notes.publish()
    install(notes, "--trace", str(tmp_path / "har"))
    entries = json.loads((tmp_path / "har").read_text())["log"]["entries"]
    checks = [why.sentence for why in reasons.OF_CHECKS.values()]
    comments = [each["comment"] for each in entries if not holds(each["comment"], checks)]
    sections = [each.split("/rfc/")[1].split()[0] for each in comments if "/rfc/" in each]
    assert sections == [
        *("rfc8414#section-3", "rfc7591#section-3.1", "rfc6749#section-4.1.1"),
        *("rfc6749#section-4.1.2", "rfc6749#section-4.1.3"),
    ]
    assert parse_qs(urlsplit(entries[-2]["request"]["url"]).query)["code"] == ["***"]


def holds(comment: str, sentences: list[str]) -> bool:
    return any(sentence in comment for sentence in sentences)
