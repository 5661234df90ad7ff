"""A plugin is installed, called and uninstalled by commands that say what they did."""

import json
import stat
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from simulator.models import InstalledPlugin
from tests.plugins.linter.served import DOCUMENT, MANIFEST, Served, changed
from tests.simulator.conftest import run, step

pytestmark = [pytest.mark.outside, pytest.mark.django_db]


def with_auth(kind: str, **more: Any) -> Any:
    return changed(MANIFEST, {"/auth": {"type": kind, "authorization_type": "bearer", **more}})


def service(site: Served, **tokens: str) -> None:
    """Serve the plugin with a service token, which it challenges for."""
    site.serve_plugin(with_auth("service_http", verification_tokens=tokens))
    refused = {"WWW-Authenticate": "Bearer", "Content-Type": "application/json"}
    site.answers["/notes/example"] = (401, refused, b'{"detail": "No token."}')


def test_an_open_plugin_is_installed_called_listed_and_uninstalled(plugin_site: Served) -> None:
    plugin_site.serve("/notes/ann", {"notes": ["Bread"]})
    assert step("install_plugin", plugin_site.url).out == (
        f"Found Notes at {plugin_site.url}/.well-known/ai-plugin.json\n"
        "Looked for faults: none.\n"
        "It installs with no sign-in.\n"
        "Installed “notes”.\n"
        "It offers getNotes.\n"
        "Next: .venv/bin/python manage.py call_plugin notes getNotes name=…\n"
    )
    said = step("call_plugin", "notes", "getNotes", "name=ann")
    assert (said.out, said.err, said.status) == ('{"notes": ["Bread"]}\n', "", 0)
    assert "notes  none  http://localhost:" in run("installed_plugins").out
    assert step("uninstall_plugin", "notes").out == "Uninstalled “notes”.\n"
    assert run("installed_plugins").out.startswith("Nothing is installed.")


def test_json_says_how_the_call_went(plugin_site: Served) -> None:
    step("install_plugin", plugin_site.url)
    said = step("call_plugin", "notes", "getNotes", "name=nobody", "--json")
    assert json.loads(said.out) == {
        "status": 404,
        "text": '{"detail": "Not found."}',
        "is_good": False,
        "length": 24,
        "wait": "",
        "is_cut": False,
    }
    assert said.status == 1 and "getNotes was refused: HTTP status 404." in said.err


def test_this_machine_is_not_reached_in_production_unless_somebody_says_so(
    plugin_site: Served, settings: Any
) -> None:
    said = run("install_plugin", plugin_site.url)
    assert said.status == 1 and "is not on the public network" in said.err
    settings.DEBUG = True
    assert run("install_plugin", plugin_site.url).status == 0


def test_a_plugin_with_a_fault_is_refused_and_can_be_had_all_the_same(plugin_site: Served) -> None:
    plugin_site.serve_plugin(changed(MANIFEST, {"/name_for_model": "my_notes"}))
    said = step("install_plugin", plugin_site.url)
    assert said.status == 1
    assert "error  manifest.name-for-model\n  /name_for_model: 'my_notes'\n" in said.err
    assert "--despite-errors installs it all the same" in said.err
    assert not InstalledPlugin.objects.exists()
    assert step("install_plugin", plugin_site.url, "--despite-errors").status == 0


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<html>", "is no document: a page of HTML."),
        (b"{", "broken JSON at line 1"),
        (b"{}", "names no document. Give its URL in api.url."),
    ],
)
def test_a_manifest_that_cannot_be_read_is_told(
    plugin_site: Served, body: bytes, words: str
) -> None:
    plugin_site.serve("/.well-known/ai-plugin.json", body)
    said = step("install_plugin", plugin_site.url)
    assert said.status == 1 and words in said.err


def test_a_document_of_hostile_values_is_kept_as_it_is(plugin_site: Served) -> None:
    document = changed(DOCUMENT, {"/info/title": "a\0b \ud800", "/info/x-day": "2024-05-06"})
    plugin_site.serve("/openapi.json", json.dumps(document))
    assert step("install_plugin", plugin_site.url, "--despite-errors").status == 0
    assert InstalledPlugin.objects.get().document["info"]["title"] == "a\0b \ud800"


def test_an_unknown_scheme_is_told(plugin_site: Served) -> None:
    plugin_site.serve_plugin(with_auth("magic"))
    said = step("install_plugin", plugin_site.url, "--despite-errors")
    assert "Its auth.type is 'magic'. Use one of none, service_http, user_http, oauth." in said.err


def test_a_missing_token_is_asked_for(plugin_site: Served) -> None:
    service(plugin_site)
    said = step("install_plugin", plugin_site.url)
    assert said.status == 1
    assert "It wants the service token, which the plugin's operator makes." in said.err
    assert "Give it with --token." in said.err


def test_a_token_is_read_from_the_input(
    plugin_site: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    service(plugin_site)
    monkeypatch.setattr(sys, "stdin", StringIO("a-service-token\n"))
    assert step("install_plugin", plugin_site.url, "--token-stdin").status == 0
    assert InstalledPlugin.objects.get().secrets == {"token": "a-service-token"}


def test_a_token_that_no_header_can_carry_is_refused(plugin_site: Served) -> None:
    service(plugin_site)
    said = step("install_plugin", plugin_site.url, "--token", "a\r\nX: y")
    assert said.status == 1 and "no other characters than a header can carry" in said.err


def test_the_verification_token_goes_into_the_manifest_and_is_then_found(
    plugin_site: Served,
) -> None:
    service(plugin_site)
    said = step("install_plugin", plugin_site.url, "--token", "a-service-token")
    assert "It is not verified." in said.out
    refused = step("verify_plugin", "notes")
    assert refused.status == 1 and "does not show the verification token" in refused.err
    token = InstalledPlugin.objects.get().details["verification_token"]
    assert f'{{"openai": "{token}"}}' in said.out
    service(plugin_site, openai=token)
    assert step("verify_plugin", "notes").status == 0


def test_what_needs_no_verification_says_so(plugin_site: Served) -> None:
    step("install_plugin", plugin_site.url)
    assert "“notes” needs no verification token." in step("verify_plugin", "notes").err


def test_a_name_is_free_or_another_is_asked_for(plugin_site: Served) -> None:
    assert step("install_plugin", plugin_site.url).status == 0
    for options in ([], ["--name", "notes"]):
        said = step("install_plugin", plugin_site.url, *options)
        assert said.status == 1 and "“notes” is installed already." in said.err
    assert step("install_plugin", plugin_site.url, "--name", "other").status == 0
    assert "at most 100" in step("install_plugin", plugin_site.url, "--name", "x" * 101).err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["other", "getNotes"], "Nothing is installed as “other”. Installed: notes."),
        (["notes", "getBread"], "It has no operation 'getBread'. It offers: getNotes."),
        (["notes", "getNotes"], "getNotes wants name. Add: name=…"),
        (["notes", "getNotes", "ann"], "'ann' is no argument. Write it as name=value."),
        (["notes", "getNotes", "username=ann"], "takes no 'username'. Its arguments: name."),
        (["notes", "getNotes", "name=a", "name=b"], "name is given twice."),
        (["notes", "getNotes", "name=.."], "name is '..', which leads to another path."),
    ],
)
def test_a_call_that_cannot_be_made_says_why(
    plugin_site: Served, arguments: list[str], words: str
) -> None:
    step("install_plugin", plugin_site.url)
    asked = len(plugin_site.asked)
    said = step("call_plugin", *arguments)
    assert said.status == 1 and words in said.err
    assert len(plugin_site.asked) == asked  # nothing was sent


def test_a_long_answer_is_cut_as_chatgpt_cut_it(plugin_site: Served) -> None:
    plugin_site.serve("/notes/ann", "x" * 100_001)
    step("install_plugin", plugin_site.url)
    said = step("call_plugin", "notes", "getNotes", "name=ann")
    assert said.out == "x" * 100_000 + "\n"
    assert "A model sees the first 100000 of 100001 characters. Answer less." in said.err
    assert said.status == 0


@pytest.mark.parametrize(
    ("status", "headers", "words"),
    [
        (429, {"Retry-After": "7"}, "HTTP status 429. Call again after 7 seconds."),
        (302, {"Location": "/elsewhere"}, "A redirect is not followed"),
        (500, {}, "HTTP status 500."),
    ],
)
def test_an_answer_that_is_no_good_one_says_what_to_do(
    plugin_site: Served, status: int, headers: dict[str, str], words: str
) -> None:
    plugin_site.answers["/notes/ann"] = (status, headers, b"{}")
    step("install_plugin", plugin_site.url)
    said = step("call_plugin", "notes", "getNotes", "name=ann")
    assert said.status == 1 and words in said.err
    assert plugin_site.asked[-1] == ("GET", "/notes/ann")


def test_a_credential_goes_to_the_plugins_own_domain_alone(plugin_site: Served) -> None:
    document = changed(DOCUMENT, {"/servers": [{"url": "https://other.example"}]})
    plugin_site.serve_plugin(with_auth("user_http"), document)
    step("install_plugin", plugin_site.url, "--despite-errors", "--token", "my-own-token")
    said = step("call_plugin", "notes", "getNotes", "name=ann")
    assert "Its server https://other.example is not at localhost" in said.err


def test_a_key_that_is_gone_is_told_and_the_plugin_can_still_go(
    plugin_site: Served, settings: Any
) -> None:
    step("install_plugin", plugin_site.url)
    settings.SECRET_KEY = "another" * 10
    said = step("call_plugin", "notes", "getNotes", "name=ann")
    assert "Name that key in SECRET_KEY_FALLBACKS" in said.err
    assert "Nothing could be revoked." in step("uninstall_plugin", "notes").out
    assert not InstalledPlugin.objects.exists()


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_what_would_command_a_terminal_is_shown_and_not_sent(plugin_site: Served) -> None:
    plugin_site.serve_plugin(changed(MANIFEST, {"/name_for_human": "No\x1b[2Jtes"}))
    plugin_site.serve("/notes/ann", "a\x1b]0;b\x07\tc\n")
    assert "Found No\\x1b[2Jtes at" in step("install_plugin", plugin_site.url).out
    call = ["call_plugin", "notes", "getNotes", "name=ann"]
    assert step(*call).out == "a\x1b]0;b\x07\tc\n"  # a program has it as it is
    terminal = Terminal()
    call_command(*call, "--loopback", stdout=terminal, no_color=True)
    assert terminal.getvalue() == "a\\x1b]0;b\\x07\tc\n"


@pytest.mark.parametrize("name", ["client_url", "authorization_url", "authorization_content_type"])
def test_an_incomplete_manifest_of_oauth_is_told(plugin_site: Served, name: str) -> None:
    auth = {
        "client_url": "https://a.example/oauth",
        "authorization_url": "https://a.example/token",
        "authorization_content_type": "application/json",
    }
    plugin_site.serve_plugin(with_auth("oauth", **{**auth, name: ""}))
    said = step("install_plugin", plugin_site.url, "--despite-errors")
    assert said.status == 1 and name in said.err


def test_a_trace_is_for_nobody_else_to_read(plugin_site: Served, tmp_path: Path) -> None:
    step("install_plugin", plugin_site.url, "--trace", str(tmp_path / "har"), "--reveal")
    assert stat.S_IMODE((tmp_path / "har").stat().st_mode) == 0o600


def test_the_trace_is_written_where_the_step_fails_too(tmp_path: Path) -> None:
    said = step("install_plugin", "localhost:1", "--trace", str(tmp_path / "har"), "-v", "2")
    assert said.status == 1 and "→ http://localhost:1/" in said.err
    [entry] = json.loads((tmp_path / "har").read_text())["log"]["entries"]
    assert entry["response"]["status"] == 0 and "Connection refused" in entry["comment"]
