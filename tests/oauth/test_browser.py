"""The whole story in Chromium, with a client that listens for its callback.

The shipped Content-Security-Policy is in force, and the client is another origin.
"""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.accessibility import violations
from tests.browser.chromium import PATIENCE, follow, running_chromium, stop_clock
from tests.oauth.conftest import OAuthClient, pkce, register, registered, registration

PASSWORD = "a-Long-passphrase-1"


class Listener:
    """A client: a page that opens the flow in a popup, and the callback that ends it."""

    def __init__(self) -> None:
        received: list[dict[str, str]] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                url = urlsplit(self.path)
                if url.path == "/callback":
                    query = parse_qs(url.query)
                    received.append({name: values[0] for name, values in query.items()})
                    script = "window.opener && window.opener.postMessage('connected', '*')"
                else:
                    script = "onmessage = event => { document.title = event.data }"
                body = f"<title>Client</title><h1>{url.path}</h1><script>{script}</script>"
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *args: object) -> None:
                pass

        self.received = received
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()


@pytest.fixture
def client(transactional_db: None, listener: Listener) -> OAuthClient:
    return register("ChatGPT", f"{listener.url}/callback")


@pytest.fixture
def complaints() -> list[str]:
    """What the browser's console said of refused redirects, frames, styles and scripts."""
    return []


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with running_chromium() as browser:
        yield browser


@pytest.fixture
def page(client: OAuthClient, complaints: list[str], chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context()
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.on(
        "console",
        lambda message: complaints.append(message.text) if message.type == "error" else None,
    )
    yield page
    context.close()


@pytest.fixture(params=["prefix", "host"])
def site(request: pytest.FixtureRequest, live_server: LiveServer) -> str:
    port = live_server.thread.port
    if request.param == "prefix":
        return f"http://localhost:{port}/todo-oauth"
    return f"http://todo-oauth.localhost:{port}"


def request_url(site: str, client: OAuthClient, **changes: str) -> str:
    return f"{site}/oauth?" + urlencode(
        {
            "response_type": "code",
            "client_id": client.id,
            "scope": "",
            "state": "the-state",
            "redirect_uri": client.redirect_uri,
            **changes,
        }
    )


def post(page: Page, url: str, body: dict[str, str]) -> tuple[int, dict[str, Any]]:
    """POST JSON as a client does, from outside of the browser."""
    port = urlsplit(url).port
    host = {"Host": urlsplit(url).netloc, "Content-Type": "application/json"}
    address = f"http://127.0.0.1:{port}{urlsplit(url).path}"
    response = requests.post(address, data=json.dumps(body), headers=host, timeout=30)
    return response.status_code, response.json()


def get_todos(url: str, token: str) -> int:
    host = {"Host": urlsplit(url).netloc, "Authorization": f"Bearer {token}"}
    address = f"http://127.0.0.1:{urlsplit(url).port}{urlsplit(url).path}"
    return requests.get(f"{address}/todos/carol", headers=host, timeout=30).status_code


def test_the_whole_story(
    site: str,
    page: Page,
    client: OAuthClient,
    listener: Listener,
    complaints: list[str],
    settings: Any,
) -> None:
    settings.OAUTH_REFRESH_GRACE = 0  # with which a spent token is a replay at once
    page.goto(request_url(site, client))
    follow(page.get_by_role("main").get_by_role("link", name="Sign up"))
    page.get_by_label("Username").fill("carol")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password confirmation").fill(PASSWORD)
    follow(page.get_by_role("main").get_by_role("button", name="Sign up"))
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Connect ChatGPT to TODO List (OAuth)?"
    )
    expect(page.get_by_role("main")).to_contain_text("carol")
    expect(page.get_by_role("main")).to_contain_text("See the todos on your list")
    page.get_by_role("button", name="Agree").click()
    page.wait_for_url(f"{listener.url}/callback**")
    answer = listener.received[-1]
    assert answer["state"] == "the-state"
    assert answer["iss"] == site
    credentials = {"client_id": client.id, "client_secret": client.secret}
    code = {"grant_type": "authorization_code", "code": answer["code"]}
    code["redirect_uri"] = client.redirect_uri
    exchange = f"{site}/auth/oauth_exchange"
    status, tokens = post(page, exchange, {**credentials, **code})
    assert status == 200
    assert get_todos(site, tokens["access_token"]) == 200
    old = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    status, renewed = post(page, exchange, {**credentials, **old})
    assert status == 200
    assert get_todos(site, renewed["access_token"]) == 200
    status, refused = post(page, exchange, {**credentials, **old})
    assert (status, refused["error"]) == (400, "invalid_grant")
    assert get_todos(site, renewed["access_token"]) == 401

    page.goto(request_url(site, client))  # agreed already: straight to the client
    page.wait_for_url(f"{listener.url}/callback**")
    code["code"] = listener.received[-1]["code"]
    status, tokens = post(page, exchange, {**credentials, **code})
    assert get_todos(site, tokens["access_token"]) == 200
    page.goto(f"{site.removesuffix('/todo-oauth')}/accounts/apps/")
    expect(page.get_by_role("main")).to_contain_text("ChatGPT")
    page.locator("summary", has_text="Disconnect").click()
    page.get_by_role("button", name="Disconnect it").click()
    expect(page.get_by_role("main")).to_contain_text("has no access now")
    assert get_todos(site, tokens["access_token"]) == 401
    assert not complaints


def test_refusing_leads_back_to_the_client(
    site: str, page: Page, client: OAuthClient, listener: Listener, complaints: list[str]
) -> None:
    User.objects.create_user("carol", password=PASSWORD)
    sign_in(page, site, client)
    page.get_by_role("button", name="Refuse").click()
    page.wait_for_url(f"{listener.url}/callback**")
    assert listener.received[-1]["error"] == "access_denied"
    assert not complaints


def test_who_agreed_before_only_signs_in(
    site: str, page: Page, client: OAuthClient, listener: Listener, complaints: list[str]
) -> None:
    """The sign-in form is then answered by a redirect that ends at the client."""
    User.objects.create_user("carol", password=PASSWORD)
    sign_in(page, site, client)
    page.get_by_role("button", name="Agree").click()
    page.wait_for_url(f"{listener.url}/callback**")
    page.context.clear_cookies()
    sign_in(page, site, client)
    page.wait_for_url(f"{listener.url}/callback**")
    assert len(listener.received) == 2
    assert listener.received[-1]["code"]
    assert not complaints


def test_a_popup_keeps_its_opener(
    site: str, page: Page, client: OAuthClient, listener: Listener
) -> None:
    User.objects.create_user("carol", password=PASSWORD)
    page.goto(listener.url)
    with page.expect_popup() as opened:
        page.evaluate("url => { window.open(url) }", request_url(site, client))
    popup = opened.value
    fill_in(popup)
    popup.bring_to_front()  # as it is for whom it opened
    popup.get_by_role("button", name="Agree").click()
    popup.wait_for_url(f"{listener.url}/callback**")
    expect(page).to_have_title("connected")


def test_the_consent_page_is_not_framed(
    site: str, page: Page, client: OAuthClient, listener: Listener
) -> None:
    """RFC 9700 4.16."""
    page.goto(listener.url)
    with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
        page.evaluate(
            "url => { const frame = document.createElement('iframe'); frame.src = url;"
            " document.body.append(frame) }",
            request_url(site, client),
        )
    assert "Sign in" not in page.frames[1].content()


@registration(on=True)
def test_a_program_that_registered_itself_gets_its_answer_at_any_port(
    site: str, page: Page, listener: Listener, complaints: list[str]
) -> None:
    """RFC 8252 section 7.3, under the page's policy; the page fits a phone with any name."""
    User.objects.create_user("carol", password=PASSWORD)
    program = registered("http://127.0.0.1/callback", client_name="W" * 100)
    url = request_url(site, program, redirect_uri=f"{listener.url}/callback", **pkce()[1])
    page.set_viewport_size({"width": 360, "height": 740})
    for _ in range(2):  # it is asked for each time
        page.goto(url)
        if "login" in page.url:
            fill_in(page)
        assert page.evaluate("document.documentElement.scrollWidth") == 360
        expect(page.get_by_role("main")).to_contain_text(f"({urlsplit(listener.url).netloc})")
        page.get_by_role("button", name="Agree").click()
        page.wait_for_url(f"{listener.url}/callback**")
    assert [answer["state"] for answer in listener.received] == ["the-state"] * 2
    assert not complaints


def sign_in(page: Page, site: str, client: OAuthClient) -> None:
    page.goto(request_url(site, client))
    fill_in(page)


def fill_in(page: Page) -> None:
    page.get_by_label("Username").fill("carol")
    page.get_by_label("Password").fill(PASSWORD)
    follow(page.get_by_role("main").get_by_role("button", name="Sign in"))


def focused(page: Page) -> str:
    """Return what the keyboard would act on: the label of a field, or the text of a button."""
    return str(
        page.evaluate(
            "() => { const e = document.activeElement;"
            " return (e.labels?.[0] ?? e).textContent.trim() }"
        )
    )


def tab_to(page: Page, name: str) -> None:
    for _ in range(30):
        if focused(page) == name:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"No Tab leads to {name}.")


def test_the_whole_flow_by_keyboard(
    site: str, page: Page, client: OAuthClient, listener: Listener, complaints: list[str]
) -> None:
    User.objects.create_user("carol", password=PASSWORD)
    User.objects.create_user("dora", password=PASSWORD)
    page.goto(request_url(site, client))
    type_in(page, "carol")
    tab_to(page, "Use another account")
    page.keyboard.press("Enter")
    type_in(page, "dora")
    expect(page.get_by_role("main")).to_contain_text("as dora, in TODO List (OAuth)")
    tab_to(page, "Agree")
    expect(page.get_by_role("button", name="Agree")).to_be_enabled()
    page.keyboard.press("Enter")
    page.wait_for_url(f"{listener.url}/callback**")
    assert listener.received[-1]["code"]
    assert not complaints


def type_in(page: Page, username: str) -> None:
    expect(page.get_by_role("main")).to_contain_text("ChatGPT wants to connect")
    tab_to(page, "Username")
    page.keyboard.type(username)
    tab_to(page, "Password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Refuse")).to_be_visible()


def test_clickjacking_by_a_double_click(
    site: str, page: Page, client: OAuthClient, listener: Listener
) -> None:
    """RFC 9700 4.16: the second click was meant for a window that closed with the first."""
    User.objects.create_user("carol", password=PASSWORD)
    stop_clock(page)
    sign_in(page, site, client)
    agree = page.get_by_role("button", name="Agree")
    for _ in range(2):
        expect(agree).to_be_disabled()
        agree.evaluate("button => button.click()")
        assert listener.received == []
        expect(page.get_by_role("status")).to_contain_text("press Agree again")
        page.clock.run_for(1_000)
        expect(agree).to_be_enabled()
        page.evaluate("dispatchEvent(new Event('focus'))")  # the page comes into sight again
    page.clock.run_for(1_000)
    agree.click()
    page.wait_for_url(f"{listener.url}/callback**")
    assert listener.received[-1]["code"]


def test_refusing_never_waits(
    site: str, page: Page, client: OAuthClient, listener: Listener
) -> None:
    User.objects.create_user("carol", password=PASSWORD)
    stop_clock(page)
    sign_in(page, site, client)
    page.get_by_role("button", name="Refuse").click()
    page.wait_for_url(f"{listener.url}/callback**")
    assert listener.received[-1]["error"] == "access_denied"


def test_the_flow_needs_no_script(
    site: str, chromium: Browser, client: OAuthClient, listener: Listener
) -> None:
    User.objects.create_user("carol", password=PASSWORD)
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, site, client)
    page.get_by_role("button", name="Agree").click()
    page.wait_for_url(f"{listener.url}/callback**")
    context.close()
    assert listener.received[-1]["code"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_pages_of_the_flow(
    site: str, scheme: Any, page: Page, client: OAuthClient, listener: Listener
) -> None:
    User.objects.create_user("carol", password=PASSWORD)
    eve = register("ChatGPT", "https://eve.example/callback")
    eve.application.registration_source = "dcr"
    eve.application.save()
    page.emulate_media(color_scheme=scheme)
    for each in (client, eve):
        page.context.clear_cookies()
        page.goto(request_url(site, each, prompt="create"))
        assert violations(page) == []
        page.goto(request_url(site, each))
        assert violations(page) == []
        fill_in(page)
        expect(page.get_by_role("button", name="Refuse")).to_be_visible()
        expect(page.get_by_role("button", name="Agree")).to_be_enabled()
        assert violations(page) == []
    for wrong in ({"client_id": "nobody"}, {"scope": "nonsense"}):
        page.goto(request_url(site, eve, **wrong))
        assert violations(page) == []
