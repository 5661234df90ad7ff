"""The official client connects to an OAuth plugin from nothing but its URL, and a browser.

Whoever it is sent to signs in and agrees in Chromium; the rest is between client and server.
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import httpx
import pytest
from mcp.client import Client
from mcp.shared.auth import OAuthToken
from playwright.sync_api import Browser, Page

from tests.browser.chromium import PATIENCE, follow, running_chromium
from tests.clients.connecting import App, Callback, listening
from tests.clients.live_site import LiveSite, live_site
from tests.clients.oauth_install import agree
from tests.oauth.metadata_server import MetadataServer, metadata_server
from tests.todos.calls import CALLS

EXPIRE = (
    "from oauth2_provider.models import AccessToken; from django.utils.timezone import now; "
    "AccessToken.objects.update(expires=now())"
)
WAYS = pytest.mark.parametrize("way", ["by registering", "by its document", "as it was made"])


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MetadataServer]:
    with metadata_server(tmp_path_factory.mktemp("documents")) as server:
        yield server


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, documents: MetadataServer) -> Iterator[LiveSite]:
    """The running site, to which clients may make themselves known."""
    settings = {
        "DJANGO_SETTINGS_MODULE": "tests.oauth.metadata_settings",
        "OAUTH_CLIENT_REGISTRATION": "on",
        "PLUGIN_HOSTS": "localhost=todo-oauth",
        **documents.environ,
    }
    with live_site(tmp_path_factory.mktemp("connecting"), **settings) as site:
        yield site


@pytest.fixture(params=["prefix", "host"])
def plugin_url(request: pytest.FixtureRequest, site: LiveSite) -> str:
    if request.param == "prefix":
        return site.plugins["todo-oauth"].url
    return site.url.replace("127.0.0.1", "localhost")


@pytest.fixture
def callback() -> Iterator[Callback]:
    with listening() as callback:
        yield callback


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with running_chromium() as browser:
        yield browser


@dataclass
class Person:
    """Who uses the client, and does in the browser what it takes."""

    page: Page
    account: Mapping[str, str]
    agreed: int = 0

    def __call__(self, url: str) -> None:
        self.page.goto(url)
        if self.page.get_by_label("Password").is_visible():
            self.page.get_by_label("Username").fill(self.account["username"])
            self.page.get_by_label("Password").fill(self.account["password"])
            follow(self.page.get_by_role("main").get_by_role("button", name="Sign in"))
        self.page.get_by_role("button", name="Agree").click()
        self.page.wait_for_url("**/callback?**")
        self.agreed += 1

    def disconnect(self, plugin_url: str) -> None:
        """Take back what was agreed to."""
        self.page.goto(plugin_url.removesuffix("/todo-oauth") + "/accounts/apps/")
        self.page.locator("summary", has_text="Disconnect Notebook from todo-oauth").click()
        self.page.get_by_role("button", name="Disconnect it").click()
        self.page.get_by_text("has no access now").wait_for()


@pytest.fixture
def person(site: LiveSite, chromium: Browser) -> Iterator[Person]:
    context = chromium.new_context()
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    yield Person(page, site.person)
    context.close()


def make_client(site: LiveSite, name: str, callback: Callback) -> str:
    """Make a client as an operator does."""
    options = ["--name", name, "--redirect-uri", callback.url, "--public", "--json"]
    client_id: str = json.loads(site.manage("create_oauth_client", *options))["client_id"]
    return client_id


def ask(url: str, token: str, name: str, **arguments: Any) -> httpx.Response:
    """Call a tool without any client that would do something about a refusal."""
    params = {"name": name, "arguments": arguments}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    return httpx.post(url, json=message, headers={"Authorization": f"Bearer {token}"})


async def call_all(client: Client) -> None:
    for tool in (await client.list_tools()).tools:
        arguments = {name: v for name, v in CALLS[tool.name].items() if name != "username"}
        result = await client.call_tool(tool.name, arguments)
        assert not result.is_error, result.content


@WAYS
def test_it_connects_calls_refreshes_and_is_sent_away(
    way: str,
    plugin_url: str,
    site: LiveSite,
    documents: MetadataServer,
    callback: Callback,
    person: Person,
) -> None:
    document = made = None
    if way == "by its document":
        document = documents.describe(
            callback.url, client_name="Notebook", token_endpoint_auth_method="none"
        )
    if way == "as it was made":
        made = make_client(site, "Notebook", callback)
    app = App(f"{plugin_url}/mcp", callback, made_client=made, document=document)
    app.use(person, call_all)
    assert person.agreed == 1
    assert app.kept.client
    assert app.kept.client.client_id
    if known := document or made:
        assert app.kept.client.client_id == known

    old = app.access_token
    assert ask(app.url, old, "getTodos").status_code == 200
    site.manage("shell", "-c", EXPIRE)
    app.provider.context.token_expiry_time = 1  # the hour is over for the client too
    assert ask(app.url, old, "getTodos").status_code == 401
    app.use(person, call_all)
    assert app.access_token != old
    assert person.agreed == 1  # the person was not asked again

    person.disconnect(plugin_url)
    refused = ask(app.url, app.access_token, "getTodos")
    assert refused.status_code == 401
    assert "resource_metadata=" in refused.headers["WWW-Authenticate"]


def test_it_asks_the_person_for_the_scope_that_it_lacks(
    plugin_url: str, site: LiveSite, callback: Callback, person: Person
) -> None:
    client_id = make_client(site, f"Reader {callback.url}", callback)
    app = App(f"{plugin_url}/mcp", callback, made_client=client_id)
    app.kept.tokens = token_to_read(plugin_url, client_id, site, callback)
    assert ask(app.url, app.access_token, "getTodos").status_code == 200
    refused = ask(app.url, app.access_token, "addTodo", todo="Buy milk")
    assert refused.status_code == 403
    assert 'error="insufficient_scope"' in refused.headers["WWW-Authenticate"]
    app.use(person, call_all)
    assert person.agreed == 1
    assert app.kept.tokens.scope
    assert set(app.kept.tokens.scope.split()) == {"todos:read", "todos:write"}


def token_to_read(
    plugin_url: str, client_id: str, site: LiveSite, callback: Callback
) -> OAuthToken:
    """Let the person agree to one of the two scopes."""
    verifier = "a-code-verifier-of-at-least-forty-three-characters"
    query = httpx.QueryParams(
        response_type="code",
        client_id=client_id,
        redirect_uri=callback.url,
        scope="todos:read",
        resource=f"{plugin_url}/mcp",
        code_challenge=urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("="),
        code_challenge_method="S256",
    )
    back = httpx.URL(agree(f"{plugin_url}/oauth?{query}", **site.person))
    form = {
        "grant_type": "authorization_code",
        "client_id": client_id,
        "redirect_uri": callback.url,
        "code": back.params["code"],
        "code_verifier": verifier,
        "resource": f"{plugin_url}/mcp",
    }
    answer = httpx.post(f"{plugin_url}/auth/oauth_exchange", data=form).raise_for_status()
    return OAuthToken.model_validate_json(answer.content)
