"""A plugin that nobody here wrote goes through the console: found, installed, called, broken."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import httpx
import pytest
from django.contrib.auth.models import User
from django.test import Client

from simulator.console.keeping import BODY_MAX, EXCHANGES_MAX
from simulator.models import Attempt, InstalledPlugin
from tests.plugins.linter.served import MANIFEST, Served, changed
from tests.simulator.notes_site import CLIENT, NotesSite

pytestmark = [pytest.mark.outside, pytest.mark.django_db]

SERVICE = {
    "type": "service_http",
    "authorization_type": "bearer",
    "verification_tokens": {"openai": "of-another-time"},
}


@dataclass
class Console:
    """Ann at the console, with the plugin that she tries."""

    client: Client
    name: str = ""

    @property
    def url(self) -> str:
        return f"/console/plugins/{self.name}/"

    def open(self, address: str) -> str:
        answer = self.client.post("/console/", {"address": address})
        self.name = answer.headers["Location"].split("/")[3]
        return self.page()

    def page(self) -> str:
        return words(self.client.get(self.url))

    def take(self, step: str, **form: str) -> str:
        answer = self.client.post(f"{self.url}{step}/", form)
        assert answer.status_code == 302, answer.content
        return self.page() if self.url in answer.headers["Location"] else ""

    def go(self, change: Callable[[dict[str, str]], None] = lambda came_back: None) -> str:
        """Go where the page sends a person, and come back; with a change in the address."""
        visit = re.search(r'class="button" href="([^"]+)"', self.client.get(self.url).text)
        assert visit
        back = urlsplit(httpx.get(unescape(visit[1])).headers["Location"])
        came_back = dict(parse_qsl(back.query))
        change(came_back)
        assert back.path == f"{self.url}callback/"
        answer = self.client.get(f"{back.path}?{urlencode(came_back)}")
        assert answer.status_code == 302
        assert "code" not in answer.headers["Location"]
        return self.page()

    def install(self, address: str) -> str:
        self.open(address)
        self.take("install")
        return self.go()

    def har(self) -> list[Any]:
        made = json.loads(self.client.get(f"{self.url}trace.har").content)
        return list(made["log"]["entries"])

    @property
    def attempt(self) -> Attempt:
        return Attempt.objects.get(name=self.name)


def words(answer: Any) -> str:
    """Return what a page says, in one line."""
    assert answer.status_code == 200, answer.content
    text = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return unescape(re.sub(r"\s+", " ", text))


@pytest.fixture
def console(ann: User, settings: Any) -> Console:
    settings.DEBUG, settings.CONSOLE, settings.PUBLIC_URLS = True, True, []
    client = Client(headers={"host": "localhost"})
    client.force_login(ann)
    return Console(client)


def test_a_plugin_is_found_linted_installed_called_and_uninstalled(
    console: Console, notes: NotesSite
) -> None:
    notes.publish()
    found = console.open(notes.url)
    assert f"Found Notes at {notes.url}/.well-known/ai-plugin.json." in found
    assert "Install OAuth" in found and "Keeps a person's notes." in found
    assert console.take("install").count("Go on to the authorization server") == 1
    page = console.go()
    assert "You agreed, and the code was exchanged for tokens." in page
    called = console.take("call", operation="getNotes", **{"argument-0": "ann"})
    assert "What the model gets HTTP status 200; 17 of 100,000 characters;" in called
    assert '{"notes":["ann"]}' in called
    assert "There is a new access token now." in console.take("refresh")
    assert "Revoked its tokens." in console.take("revoke")
    console.take("call", operation="getNotes", **{"argument-0": "ann"})
    ended = console.take("uninstall")
    assert "Deleted the client that had been registered." in ended
    assert not InstalledPlugin.objects.exists() and "refresh" not in notes.tokens.values()
    console.take("forget")
    assert not Attempt.objects.exists()


def test_the_installation_is_one_that_the_engine_calls(console: Console, notes: NotesSite) -> None:
    notes.publish()
    console.install(notes.url)
    installed = InstalledPlugin.objects.get()
    assert (installed.owner, installed.name) == (console.attempt.owner, console.name)
    assert notes.tokens[installed.secrets["access_token"]] == "access"


def test_a_client_that_was_made_by_hand_is_typed(console: Console, notes: NotesSite) -> None:
    page = console.open(notes.url)
    assert "It wants an OAuth client" in page
    assert f"Its redirect URI is http://localhost{console.url}callback/" in page
    assert "Install: It wants an OAuth client" in console.take("install")
    console.take("install", **CLIENT)
    assert "Installed “" in console.go()


def test_beginning_again_gives_up_what_was_begun(console: Console, notes: NotesSite) -> None:
    notes.publish()
    console.open(notes.url)
    console.take("install")
    assert "Deleted the client that had been registered." in console.take("install")
    assert "Installed “" in console.go()


def test_another_state_exchanges_nothing_and_the_way_stays_open(
    console: Console, notes: NotesSite
) -> None:
    notes.publish()
    console.open(notes.url)
    console.take("install")
    page = console.go(lambda came_back: came_back.update(state="guessed"))
    assert "The person came back with another state than was sent." in page
    assert not notes.tokens
    assert "Installed “" in console.go()


def test_nobody_comes_back_twice(console: Console, notes: NotesSite) -> None:
    notes.publish()
    console.install(notes.url)
    answer = console.client.get(f"{console.url}callback/?code=again&state=again")
    assert answer.status_code == 302
    assert "Nobody was sent away, or they are back already." in console.page()
    assert InstalledPlugin.objects.exists()


def test_an_address_with_nothing_there_says_so_and_shows_what_was_sent(
    console: Console, plugin_site: Served
) -> None:
    plugin_site.answers.clear()
    page = console.open(plugin_site.url)
    assert "is no document: HTTP status 404" in page
    assert "404" in page and "Reads the plugin's manifest" in page
    plugin_site.serve_plugin()
    assert "Found Notes" in console.take("find")


@pytest.mark.parametrize("address", ["", "   ", "https://", "http://[::1"])
def test_what_is_no_address_is_said_so(console: Console, address: str) -> None:
    answer = console.client.post("/console/", {"address": address})
    assert answer.status_code == 400 and 'role="alert"' in answer.text
    assert not Attempt.objects.exists()


def test_a_service_token_is_typed_and_the_manifest_verified(
    console: Console, plugin_site: Served
) -> None:
    plugin_site.serve_plugin(changed(MANIFEST, {"/auth": SERVICE}))
    assert "It wants the service token" in console.open(plugin_site.url)
    assert "Install: It wants the service token" in console.take("install")
    assert "The manifest does not show the verification token yet." in console.take("verify")
    token = console.attempt.progress["verification_token"]
    auth = {**SERVICE, "verification_tokens": {"openai": token}}
    plugin_site.serve_plugin(changed(MANIFEST, {"/auth": auth}))
    assert "The manifest shows the verification token." in console.take("verify")
    assert "Installed “" in console.take("install", token="a-service-token")
    assert "Its token still opens the plugin" in console.take("uninstall")


def test_an_mcp_server_takes_the_same_steps(console: Console, plugin_site: Served) -> None:
    tool = {
        "name": "get_notes",
        "description": "All of them.",
        "annotations": {"readOnlyHint": True},
        "inputSchema": {
            "type": "object",
            "properties": {"name": {"type": "string", "examples": ["ann"]}, "all": True},
            "required": ["name"],
        },
    }
    plugin_site.results = {
        "initialize": {"protocolVersion": "2025-11-25", "serverInfo": {"name": "notes"}},
        "tools/list": {"tools": [tool]},
        "tools/call": {"content": [{"type": "text", "text": "Milk"}]},
    }
    console.open(f"{plugin_site.url}/mcp")
    assert "get_notes reads" in console.take("install")
    assert 'value="ann"' in console.client.get(console.url).text
    assert "Milk" in console.take("call", operation="get_notes", **{"argument-0": "ann"})


def test_what_was_typed_is_not_lost_where_a_call_fails(
    console: Console, plugin_site: Served
) -> None:
    console.open(plugin_site.url)
    console.take("install")
    console.take("call", operation="getNotes", **{"argument-0": "a name that is kept"})
    assert 'value="a name that is kept"' in console.client.get(console.url).text
    assert "It has no operation 'none'." in console.take("call", operation="none")


def test_nobody_is_sent_to_what_is_no_page(console: Console, plugin_site: Served) -> None:
    auth = {
        "type": "oauth",
        "client_url": "javascript://localhost/%0aalert(1)",
        "authorization_url": f"{plugin_site.url}/token",
        "authorization_content_type": "application/json",
        "scope": "",
        "verification_tokens": {},
    }
    plugin_site.serve_plugin(changed(MANIFEST, {"/auth": auth}))
    assert "would carry secrets in the clear" in console.open(plugin_site.url)
    assert 'href="javascript' not in console.client.get(console.url).text


def test_an_mcp_server_that_offers_oauth_takes_a_token_too(
    console: Console, notes: NotesSite, plugin_site: Served
) -> None:
    metadata = f"{plugin_site.url}/.well-known/oauth-protected-resource"
    notes.publish()
    plugin_site.serve(
        "/.well-known/oauth-protected-resource",
        {"resource": plugin_site.url, "authorization_servers": [notes.url]},
    )
    challenge = {"WWW-Authenticate": f'Bearer resource_metadata="{metadata}"'}
    plugin_site.answers["/mcp"] = (401, challenge, b"")
    assert "With a token instead" in console.open(f"{plugin_site.url}/mcp")
    del plugin_site.answers["/mcp"]
    plugin_site.results = {
        "initialize": {"protocolVersion": "2025-11-25", "serverInfo": {"name": "notes"}},
        "tools/list": {"tools": []},
    }
    assert "Installed “" in console.take("install", token="a-token")


# --- Lessons -------------------------------------------------------------------------------


def taught(console: Console, lesson: str) -> dict[str, Any]:
    console.take("learn", lesson=lesson)
    if console.attempt.progress["lesson"]:
        console.go()
    outcome: dict[str, Any] = console.attempt.progress["lessons"][lesson]
    return outcome


WITH_CODE = [
    "wrong-state",
    "wrong-verifier",
    "another-redirect-uri",
    "replay-code",
    "refresh-twice",
]


@pytest.mark.parametrize("lesson", ["without-token", *WITH_CODE])
def test_a_lesson_finds_that_the_server_refuses_and_leaves_the_installation(
    console: Console, notes: NotesSite, lesson: str
) -> None:
    notes.publish()
    console.install(notes.url)
    assert taught(console, lesson)["is_good"] is True
    assert "✓ refused as it should" in console.page()
    called = console.take("call", operation="getNotes", **{"argument-0": "ann"})
    assert '{"notes":["ann"]}' in called
    assert set(notes.tokens) == {
        InstalledPlugin.objects.get().secrets[each] for each in ("access_token", "refresh_token")
    }


def test_a_lesson_says_where_a_server_does_not_as_it_should(
    console: Console, notes: NotesSite
) -> None:
    notes.publish()
    console.install(notes.url)
    assert taught(console, "made-up-token")["said"].endswith("It does not say invalid_token.")
    notes.faults = {"HTML"}
    outcome = taught(console, "wrong-verifier")
    assert outcome["is_good"] is False and "without an error in JSON" in outcome["said"]
    assert "✗ not as it should" in console.page()


def test_a_server_that_does_not_echo_the_state_is_found_out(
    console: Console, notes: NotesSite
) -> None:
    notes.publish()
    console.install(notes.url)
    notes.faults = {"another state"}
    outcome = taught(console, "wrong-state")
    assert outcome["said"] == "The server did not echo the state that was sent."


def test_an_api_that_does_not_protect_itself_is_found_out(
    console: Console, plugin_site: Served
) -> None:
    plugin_site.serve_plugin(changed(MANIFEST, {"/auth": SERVICE}))
    plugin_site.serve("/notes/example", {"notes": []})
    console.open(plugin_site.url)
    assert taught(console, "without-token") == {
        "is_good": False,
        "said": "getNotes answered HTTP status 200, not 401.",
    }
    plugin_site.answers["/notes/example"] = (401, {}, b"")
    assert "without a WWW-Authenticate header" in taught(console, "without-token")["said"]


def test_tokens_that_a_lesson_was_wrongly_given_are_revoked(
    console: Console, notes: NotesSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes.publish()
    console.install(notes.url)
    before = set(notes.tokens)
    monkeypatch.setattr("tests.simulator.notes_site.proves", lambda asked, sent: True)
    outcome = taught(console, "skip-pkce")
    assert outcome == {"is_good": False, "said": "It answered HTTP status 200, and gave tokens."}
    assert set(notes.tokens) == before


def test_a_lesson_without_a_refresh_token_cannot_tell(console: Console, notes: NotesSite) -> None:
    notes.publish()
    console.install(notes.url)
    notes.faults = {"no refresh token"}
    assert taught(console, "refresh-twice")["is_good"] is None
    assert taught(console, "replay-code")["is_good"] is True


def test_a_lesson_that_has_the_installations_client_says_so(
    console: Console, notes: NotesSite
) -> None:
    console.open(notes.url)
    console.take("learn", lesson="replay-code")
    assert "It wants a client that was made by hand. Install it first." in console.page()
    console.take("install", **CLIENT)
    console.go()
    assert (
        "The lesson had the client of your installation" in taught(console, "replay-code")["said"]
    )


def test_a_lesson_whose_person_refuses_comes_to_nothing(console: Console, notes: NotesSite) -> None:
    notes.publish()
    console.install(notes.url)
    notes.faults = {"refusal"}
    outcome = taught(console, "replay-code")
    assert outcome["is_good"] is None and "access_denied" in outcome["said"]
    assert notes.asked[-1][0] == "DELETE"


def test_a_lesson_whose_person_never_came_back_leaves_no_client(
    console: Console, notes: NotesSite
) -> None:
    notes.publish()
    console.install(notes.url)
    console.take("learn", lesson="replay-code")
    console.take("forget")
    assert [path for method, path, _ in notes.asked if method == "DELETE"] == ["/clients/made"] * 2


def test_there_are_no_lessons_but_those(console: Console, plugin_site: Served) -> None:
    console.open(plugin_site.url)
    assert "There is no such lesson here." in console.take("learn", lesson="replay-code")


# --- What is kept and shown ----------------------------------------------------------------


def test_secrets_are_masked_until_their_owner_reveals_one_exchange(
    console: Console, notes: NotesSite
) -> None:
    notes.publish()
    console.install(notes.url)
    secrets = [*notes.tokens, "made-secret", "registration-access-token"]
    page = console.client.get(console.url).text
    har = json.dumps(console.har())
    assert not any(secret in page or secret in har for secret in secrets)
    exchange = next(each for each in console.attempt.trace if each["url"].endswith("/token"))
    revealed = console.client.post(f"{console.url}reveal/", {"number": str(exchange["number"])})
    assert all(token in revealed.content.decode() for token in notes.tokens)
    assert "registration-access-token" not in revealed.content.decode()
    assert "no-store" in revealed["Cache-Control"]
    assert console.client.get(f"{console.url}reveal/").status_code == 405
    assert console.client.post(f"{console.url}reveal/", {"number": "x"}).status_code == 404


def test_what_is_kept_is_encrypted(console: Console, notes: NotesSite) -> None:
    notes.publish()
    console.install(notes.url)
    kept = str(Attempt.objects.values().get())
    assert not any(secret in kept for secret in (*notes.tokens, "made-secret"))


def test_an_export_has_what_was_tried_and_no_secret(console: Console, notes: NotesSite) -> None:
    notes.publish()
    console.install(notes.url)
    exported = console.client.get("/accounts/export/").getvalue().decode()
    [tried] = json.loads(exported)["tried_plugins"]
    assert tried["address"] == notes.url and tried["requests"]["log"]["entries"]
    assert not any(secret in exported for secret in (*notes.tokens, "made-secret"))
    Attempt.objects.update(encrypted_trace="x")
    exported = console.client.get("/accounts/export/").getvalue().decode()
    assert "encrypted with is gone" in exported


def test_what_a_key_is_gone_for_can_be_forgotten(
    console: Console, notes: NotesSite, settings: Any
) -> None:
    notes.publish()
    console.install(notes.url)
    Attempt.objects.update(encrypted_progress="x", encrypted_trace="x")
    assert "encrypted with a SECRET_KEY that this site no longer has" in console.page()
    answer = console.client.post(f"{console.url}find/")
    assert "no longer has" in answer.content.decode()
    console.take("forget")
    assert not Attempt.objects.exists() and not InstalledPlugin.objects.exists()


def test_a_trace_is_bounded(console: Console, plugin_site: Served) -> None:
    plugin_site.serve("/notes/long", "a" * 2 * BODY_MAX)
    console.open(plugin_site.url)
    console.take("install")
    page = console.take("call", operation="getNotes", **{"argument-0": "long"})
    assert f"{BODY_MAX} bytes of it were not kept." in page
    for _ in range(8):
        console.take("lint")
    trace = console.attempt.trace
    assert len(trace) == EXCHANGES_MAX
    assert [each["number"] for each in trace] == list(
        range(trace[0]["number"], trace[0]["number"] + EXCHANGES_MAX)
    )


def test_nothing_that_is_fetched_is_html_here(console: Console, plugin_site: Served) -> None:
    script = "<script>alert(1)</script>"
    words = {"/name_for_human": script, "/description_for_model": script}
    plugin_site.serve_plugin(changed(MANIFEST, words))
    plugin_site.serve("/notes/x", script, Content_Type="text/html", X_Note=script)
    console.open(plugin_site.url)
    console.take("install")
    console.take("call", operation="getNotes", **{"argument-0": "x"})
    page = console.client.get(console.url).text
    assert script not in page and "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.parametrize(
    "logo", [b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", b"GIF89a", b"\x89PNG\r\n"]
)
def test_a_logo_that_is_none_is_not_shown(
    console: Console, plugin_site: Served, logo: bytes
) -> None:
    console.open(plugin_site.url)
    assert "data:image/png;base64," in console.client.get(console.url).text
    plugin_site.serve("/logo.png", logo, Content_Type="image/png")
    console.take("lint")
    assert "data:image/png;base64," not in console.client.get(console.url).text


def test_in_production_it_reaches_this_sites_own_plugins_and_no_other_of_this_machine(
    console: Console, plugin_site: Served, settings: Any
) -> None:
    settings.DEBUG, settings.ALLOWED_HOSTS = False, ["localhost"]
    settings.HTTPS = False
    User.objects.update(is_staff=True)
    refused = console.open(plugin_site.url)
    assert "is not on the public network, so it is not fetched." in refused
    settings.PORT = urlsplit(plugin_site.url).port
    assert "Found Notes" in console.take("find")
    for other in ("127.0.0.1", "[::1]", "notes.localhost"):
        parts = urlsplit(plugin_site.url)
        address = urlunsplit(parts._replace(netloc=f"{other}:{parts.port}"))
        assert "is not fetched" in console.open(address)


def test_a_step_ends_in_time(
    console: Console, plugin_site: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.console.trip.STEP_SECONDS", -1)
    assert "came too late: all requests together have" in console.open(plugin_site.url)
    assert plugin_site.asked == []


def test_a_person_has_no_more_than_so_many(
    console: Console, plugin_site: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.console.attempts.ATTEMPTS_MAX", 2)
    assert console.open(plugin_site.url) and console.name.startswith("localhost")
    first = console.name
    console.open(plugin_site.url)
    assert console.name == f"{first}-2"
    answer = console.client.post("/console/", {"address": plugin_site.url})
    assert "You have 2 plugins here." in answer.text


def test_a_form_sent_twice_begins_once(console: Console, notes: NotesSite) -> None:
    form = {"address": notes.url, "once": "a-mark"}
    answers = [console.client.post("/console/", form) for _ in range(2)]
    assert Attempt.objects.count() == 1
    assert [answer.status_code for answer in answers] == [302, 302]
    assert 'name="once"' in console.client.get("/console/").text
