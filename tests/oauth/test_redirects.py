"""Where people may be sent back to, by every way in which a client becomes known."""

import json
from io import StringIO
from itertools import count
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from oauth2_provider.models import Application
from pytest_django import Settings

from oauth_demo.redirects import destination, is_allowed_redirect
from tests.conftest import Mount
from tests.oauth.conftest import (
    Browser,
    OAuthClient,
    described,
    pkce,
    redeem,
    register,
    register_itself,
    registered,
    registration,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_registration")]

VS_CODE = [
    "https://vscode.dev/redirect",
    "https://insiders.vscode.dev/redirect",
    *("http://127.0.0.1/", "http://localhost/"),
    *("http://127.0.0.1:33418/", "http://localhost:33418/"),
]
CLIENTS = {
    "ChatGPT": ["https://chatgpt.com/connector_platform_oauth_redirect"],
    "ChatGPT, older": ["https://chatgpt.com/connector/oauth/a1B2-c3"],
    "Claude": [
        "https://claude.ai/api/mcp/auth_callback",
        "https://claude.com/api/mcp/auth_callback",
    ],
    "Claude Code": ["http://localhost/callback", "http://127.0.0.1/callback"],
    "VS Code": VS_CODE,
    "Cursor": ["cursor://anysphere.cursor-mcp/oauth/callback"],
    "Codex": ["http://127.0.0.1:49152/callback/9f8e7d6c"],
    "an app, by RFC 8252 7.1": ["cursor:/oauth/callback"],
    "IPv6": ["http://[::1]/callback"],
}
OTHER_PORTS = [
    ("Claude Code", "http://localhost:54321/callback"),
    ("Claude Code", "http://127.0.0.1:54321/callback"),
    ("VS Code", "http://127.0.0.1:50001/"),
    ("VS Code", "http://localhost:50001/"),
    ("Codex", "http://127.0.0.1:49999/callback/9f8e7d6c"),
    ("IPv6", "http://[::1]:54321/callback"),
]
CALLED = [(name, uri) for name, uris in CLIENTS.items() for uri in uris] + OTHER_PORTS

REFUSED = [
    *("", " ", "callback", "//a.example/cb", "/cb", "https", "https:", "https:/a.example/cb"),
    *("https://", "https:///cb", "https://:443/cb", "https://?x", "http:///cb", "http://:80/"),
    # http beyond this machine, and what looks like this machine
    *("http://a.example/cb", "http://192.168.0.1/cb", "http://0.0.0.0/", "http://127.0.0.2/"),
    *("http://127.0.0.1.evil.example/", "http://localhost.evil.example/", "http://localhost./"),
    *("http://evil.example/?http://127.0.0.1/", "http://127.1/", "http://2130706433/"),
    *("http://0x7f000001/", "http://0177.0.0.1/", "http://[::ffff:127.0.0.1]/", "http://[::]/"),
    *("http://[0:0:0:0:0:0:0:1]/", "http://[::1%25lo]/", "http://[::1/", "http://::1/"),
    *("http://127.0.0.1@evil.example/", "http://evil.example\\@127.0.0.1/", "http:127.0.0.1/"),
    *("http://app.localhost/cb", "http://LOCALHOST/", "http://127。0。0。1/"),
    # what browsers read as another address
    *("https://2130706433/", "https://0x7f000001/", "https://127.1/", "https://0177.0.0.1/cb"),
    *("https://127.0.0.0x1/", "https://a.example.1/", "https://256.1.1.1/", "https://0x/"),
    # ports
    *("https://a.example:0/", "https://a.example:65536/", "http://127.0.0.1:99999/"),
    *("http://127.0.0.1:x/", "http://127.0.0.1:80:80/", "https://a.example:/cb"),
    # schemes
    *("HTTPS://a.example/cb", "Http://127.0.0.1/", "CURSOR://a/cb", "javascript:alert(1)"),
    *("javascript://a.example/%0aalert(1)", "data:text/html,x", "file:///etc/passwd"),
    *("vbscript:x", "blob:https://a.example/1", "ftp://a.example/", "ws://127.0.0.1/"),
    *("vscode://a.b/cb", "cursor-evil://a/cb", "cursor.evil:/cb", "com.example.app:/cb"),
    *("cursor:", "cursor:cb", "cursor://", "cursor:///cb", "cursor:// /cb", "cursor:/../\\cb"),
    # user names, fragments, wildcards
    *("https://user@a.example/cb", "https://user:pass@a.example/cb", "https://@a.example/cb"),
    *("https://chatgpt.com@evil.example/", "cursor://user@host/cb"),
    *("https://a.example/cb#", "https://a.example/cb#x", "http://127.0.0.1/#", "cursor://a/#x"),
    *("https://*/cb", "https://*.example/cb", "https://a.*/cb", "http://127.0.0.1:*/cb"),
    # what is no character of a URI
    *("https://a.example/\n", "https://a.example/\tcb", "https://a.ex\x00ample/", "\x01https://a/"),
    *("https://a.example/ cb", " https://a.example/cb", "https://a.example/cb\u200b"),
    *(
        "https://аpple.com/",
        "https://a.example\\cb",
        'https://a.example/"',
        "https://a.example/<x>",
    ),
    *("https://a.ex%61mple/", "https://-a.example/", "https://a..example/", "https://a_b.example/"),
    *("https://[::1", "https://[zz]/", "https://[1.2.3.4]/"),
    "https://a.example/" + "x" * 500,
]
NUMBERS = count()


@pytest.fixture
def open_registration() -> Any:
    with registration(on=True):
        yield


def known(way: str, uris: list[str], name: str) -> OAuthClient:
    """Make a client known in one of the ways."""
    if way == "registration":
        return registered(*uris, client_name=name)
    if way == "document":
        url = f"https://client.example/{next(NUMBERS)}.json"
        return described(url, *uris, client_name=name)
    call_command(
        "create_oauth_client",
        "--public",
        f"--name={name}",
        *(f"--redirect-uri={uri}" for uri in uris),
        stdout=StringIO(),
    )
    return OAuthClient(Application.objects.get(name=name), "")


@pytest.mark.parametrize("way", ["registration", "document", "command"])
@pytest.mark.parametrize(("name", "uri"), CALLED)
def test_a_clients_callback_is_good_all_the_way_to_its_tokens(
    way: str, name: str, uri: str, todo_oauth: Mount, ann: User
) -> None:
    """Any port of a loopback address, RFC 8252 section 7.3."""
    client = known(way, CLIENTS[name], name)
    verifier, challenge = pkce()
    browser = Browser(todo_oauth, ann)
    back = browser.answer(browser.open(client, redirect_uri=uri, **challenge))
    assert back["Location"].startswith(f"{uri}?code=")
    code = back["Location"].partition("code=")[2].partition("&")[0]
    answer = redeem(todo_oauth, client, code, redirect_uri=uri, code_verifier=verifier)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("uri", REFUSED)
def test_what_is_no_way_back_is_none(uri: str) -> None:
    assert not is_allowed_redirect(uri)


REFUSALS = ["http://a.example/cb", "vscode://a.b/cb", "https://a.example/cb#", "cursor:"]


@pytest.mark.parametrize("uri", REFUSALS)
def test_a_registration_is_told_what_is_allowed(uri: str) -> None:
    """RFC 7591 section 3.2.2; one bad URI among good ones is enough."""
    answer = register_itself({"redirect_uris": ["https://a.example/cb", uri]})
    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_redirect_uri"
    for words in ("https://", "http://127.0.0.1", "http://localhost", "cursor:"):
        assert words in answer.json()["error_description"]
    assert not Application.objects.exists()


@pytest.mark.parametrize("uri", REFUSALS)
def test_a_registration_does_not_come_to_it_later(uri: str) -> None:
    """RFC 7592 section 2.2."""
    answer = register_itself({"redirect_uris": ["https://a.example/cb"]}).json()
    change = Client().put(
        answer["registration_client_uri"].removeprefix("http://testserver"),
        json.dumps({"redirect_uris": [uri]}),
        "application/json",
        headers={"authorization": f"Bearer {answer['registration_access_token']}"},
    )
    assert (change.status_code, change.json()["error"]) == (400, "invalid_redirect_uri")
    assert Application.objects.get().redirect_uris == "https://a.example/cb"


@pytest.mark.parametrize("uri", REFUSALS)
def test_a_document_with_it_describes_no_client(uri: str, todo_oauth: Mount, ann: User) -> None:
    client = described("https://client.example/bad.json", "https://a.example/cb", uri)
    page = Browser(todo_oauth, ann).open(client, redirect_uri="https://a.example/cb")
    assert page.status_code == 400
    assert "A redirect URI begins with https://" in page.text
    assert not Application.objects.exists()


@pytest.mark.parametrize("uri", REFUSALS)
def test_the_operator_is_told_too(uri: str) -> None:
    with pytest.raises(CommandError, match="A redirect URI begins with https://"):
        call_command("create_oauth_client", "--name=x", f"--redirect-uri={uri}")
    admin = Client()
    admin.force_login(User.objects.create_superuser("admin"))
    row = register("ChatGPT", "https://a.example/cb").application
    url = f"/admin/oauth2_provider/application/{row.pk}/change/"
    page = admin.post(url, {"name": "ChatGPT", "redirect_uris": uri})
    assert "A redirect URI begins with https://" in page.text


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("uri", REFUSALS)
def test_a_row_that_is_older_than_the_rule_leads_nowhere(
    uri: str, named: bool, todo_oauth: Mount, ann: User
) -> None:
    client = register("Old", uri)
    page = Browser(todo_oauth, ann).open(client, redirect_uri=uri if named else None)
    assert page.status_code == 400
    assert "Location" not in page


def test_a_row_that_is_broken_leads_nowhere(todo_oauth: Mount, ann: User) -> None:
    client = register("Broken", "https://[", "https://a.example:x/cb")
    page = Browser(todo_oauth, ann).open(client, redirect_uri="https://a.example/cb")
    assert page.status_code == 400


def test_another_path_at_another_port_is_another_address(todo_oauth: Mount, ann: User) -> None:
    client = registered("http://127.0.0.1/callback", "https://a.example/cb")
    _, challenge = pkce()
    for uri in (
        "http://127.0.0.1:5000/other",
        "http://localhost:5000/callback",
        "https://127.0.0.1/callback",
        "https://a.example:8443/cb",
        "https://a.example/cb?x=1",
    ):
        page = Browser(todo_oauth, ann).open(client, redirect_uri=uri, **challenge)
        assert page.status_code == 400, uri


def test_a_client_names_some_uris_and_not_very_many() -> None:
    for uris in ([], ["https://a.example/"] * 21, "https://a.example/", None, [5], [["x"]]):
        answer = register_itself({"redirect_uris": uris})
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_redirect_uri")


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        ("https://chatgpt.com/connector?x=1", "chatgpt.com"),
        ("https://a.example:8443/cb", "a.example:8443"),
        ("http://127.0.0.1:5000/cb", "a program on this device (127.0.0.1:5000)"),
        ("cursor://anysphere.cursor-mcp/cb", "the app on this device that opens cursor: links"),
    ],
)
def test_a_way_back_is_named_in_a_few_words(uri: str, words: str) -> None:
    assert destination(uri) == words


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        ("https://plugins.example/back", "this site itself (plugins.example)"),
        ("https://plugins.example.evil.example/back", "plugins.example.evil.example"),
        ("http://plugins.example/back", "a program on this device (plugins.example)"),
    ],
)
def test_a_way_back_to_this_site_is_named_as_such(settings: Settings, uri: str, words: str) -> None:
    settings.PUBLIC_URLS = ["https://plugins.example"]
    assert destination(uri) == words


def test_no_policy_can_name_an_ipv6_address(todo_oauth: Mount, ann: User) -> None:
    """Chromium ignores such a source, and would refuse the redirect."""
    client = registered("http://[::1]/callback")
    policy = Browser(todo_oauth, ann).open(client, **pkce()[1])["Content-Security-Policy"]
    assert "form-action 'self' http:;" in f"{policy};"


def test_the_form_may_lead_to_every_kind_of_address(todo_oauth: Mount, ann: User) -> None:
    client = registered(*VS_CODE[:3], "http://127.0.0.1:33418/", *CLIENTS["Cursor"])
    _, challenge = pkce()
    policy = Browser(todo_oauth, ann).open(client, **challenge)["Content-Security-Policy"]
    assert (
        "form-action 'self' cursor: http://127.0.0.1:* "
        "https://insiders.vscode.dev https://vscode.dev" in policy
    )
