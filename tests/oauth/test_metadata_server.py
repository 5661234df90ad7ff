"""A client that knows nothing but a plugin's MCP address connects, over real sockets.

Its metadata document is fetched by https, as it is from the web.
"""

import json
import re
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from django.conf import settings
from django.contrib.auth.models import User
from django.test import override_settings
from oauth2_provider.cimd import CIMDError
from pytest_django.live_server_helper import LiveServer

from tests.oauth.conftest import pkce
from tests.oauth.metadata_server import (
    LoopbackFetcher,
    MetadataServer,
    make_certificate,
    metadata_server,
)

BACK = "http://127.0.0.1:49152/callback"
LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
CALL = {
    "jsonrpc": "2.0",
    "id": 2,
    "method": "tools/call",
    "params": {"name": "addTodo", "arguments": {"todo": "Buy milk"}},
}


@pytest.fixture
def documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MetadataServer]:
    fetcher = "tests.oauth.metadata_server.LoopbackFetcher"
    library = {**settings.OAUTH2_PROVIDER, "CIMD_ENABLED": True, "CIMD_METADATA_FETCHER": fetcher}
    with metadata_server(tmp_path) as server, override_settings(OAUTH2_PROVIDER=library):
        for name, value in server.environ.items():
            monkeypatch.setenv(name, value)
        yield server


@pytest.fixture(params=["localhost:{port}/todo-oauth", "todo-oauth.localhost:{port}"])
def plugin(request: pytest.FixtureRequest, live_server: LiveServer) -> str:
    """The address of the plugin, at either of its mounts."""
    return "http://" + str(request.param).format(port=live_server.thread.port)


class Web(requests.Session):
    """Finds `*.localhost` on this machine, as browsers do."""

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        parts = urlsplit(str(request.url))
        request.url = parts._replace(netloc=f"127.0.0.1:{parts.port}").geturl()
        request.headers["Host"] = parts.netloc
        return super().send(request, **kwargs)


def hidden(page: requests.Response) -> dict[str, str]:
    assert page.status_code == 200, page.text
    fields = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
    return {name: unescape(value) for name, value in fields}


def sign_in(web: Web, plugin: str, login: str) -> None:
    origin = plugin.removesuffix("/todo-oauth")
    form = hidden(web.get(f"{origin}{login}"))
    answer = {**form, "username": "carol", "password": "carols-password"}
    signed_in = web.post(f"{origin}{login}", data=answer, allow_redirects=False)
    assert signed_in.status_code == 302


def test_a_client_connects_from_the_address_alone(
    plugin: str, documents: MetadataServer, transactional_db: None
) -> None:
    User.objects.create_user("carol", password="carols-password")
    client_id = documents.describe("http://127.0.0.1/callback", client_name="Inspector")
    web = Web()
    refused = web.post(f"{plugin}/mcp", json=LIST)
    assert refused.status_code == 401
    [url] = re.findall(r'resource_metadata="([^"]+)"', refused.headers["WWW-Authenticate"])
    resource = web.get(url).json()
    [issuer] = resource["authorization_servers"]
    path = urlsplit(issuer).path
    well_known = f"/.well-known/oauth-authorization-server{path}"
    server = web.get(f"{issuer.removesuffix(path)}{well_known}").json()
    assert server["issuer"] == issuer
    assert server["client_id_metadata_document_supported"] is True

    verifier, challenge = pkce()
    request = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": BACK,
        "scope": " ".join([*resource["scopes_supported"], "offline_access"]),
        "state": "the-state",
        "resource": resource["resource"],
        **challenge,
    }
    page_url = f"{server['authorization_endpoint']}?{urlencode(request)}"
    sign_in(web, plugin, web.get(page_url, allow_redirects=False).headers["Location"])
    page = web.get(page_url)
    assert f"<strong>{documents.address}</strong>" in page.text
    answer = {**hidden(page), "allow": "True"}
    agreed = web.post(server["authorization_endpoint"], data=answer, allow_redirects=False)
    assert agreed.headers["Location"].startswith(f"{BACK}?")
    back = parse_qs(urlsplit(agreed.headers["Location"]).query)
    assert (back["state"], back["iss"]) == (["the-state"], [issuer])

    code = {
        "grant_type": "authorization_code",
        "client_id": client_id,
        "code": back["code"][0],
        "redirect_uri": BACK,
        "code_verifier": verifier,
        "resource": resource["resource"],
    }
    tokens = web.post(server["token_endpoint"], data=code).json()
    assert set(tokens["scope"].split()) == set(resource["scopes_supported"])
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert web.post(f"{plugin}/mcp", json=CALL, headers=bearer).json()["result"]["content"]
    todos = web.get(f"{plugin}/todos/carol", headers=bearer).json()
    assert todos == {"todos": ["Buy milk"]}

    again = {"grant_type": "refresh_token", "client_id": client_id}
    again["refresh_token"] = tokens["refresh_token"]
    renewed = web.post(server["token_endpoint"], data=again).json()
    token = {"client_id": client_id, "token": renewed["refresh_token"]}
    assert web.post(server["revocation_endpoint"], data=token).status_code == 200
    bearer = {"Authorization": f"Bearer {renewed['access_token']}"}
    assert web.get(f"{plugin}/todos/carol", headers=bearer).status_code == 401
    assert documents.fetched == ["/client.json"]  # once, and kept


def test_a_document_that_is_not_there_is_explained(
    plugin: str, documents: MetadataServer, transactional_db: None
) -> None:
    request = {
        "response_type": "code",
        "client_id": f"https://{documents.address}/nothing.json",
        "redirect_uri": BACK,
        **pkce()[1],
    }
    page = Web().get(f"{plugin}/oauth?{urlencode(request)}")
    assert page.status_code == 400
    assert "No document could be read at this client_id" in page.text
    assert documents.fetched == ["/nothing.json"]


CLIENT = b'{"redirect_uris": ["https://a.example/cb"]}'


@pytest.mark.parametrize(
    ("body", "answer", "words"),
    [
        (b"", {"status": 404}, "answers HTTP status 404"),
        (b"", {"status": 500}, "answers HTTP status 500"),
        (b"", {"status": 302, "Location": "/other.json"}, "answers HTTP status 302"),
        (CLIENT, {"Content_Type": "text/html"}, "answers text/html, and no JSON"),
        (CLIENT, {"Content_Type": ""}, "answers no Content-Type, and no JSON"),
        (b"{", {}, "answers broken JSON"),
        (b"\xff", {}, "answers broken JSON"),
        (b"[]", {}, "answers JSON, and no object"),
        (b" " * 17_000, {}, "answers more than 16384 bytes"),
    ],
)
def test_a_document_that_cannot_be_read_is_none(
    documents: MetadataServer, body: bytes, answer: dict[str, Any], words: str
) -> None:
    with pytest.raises(CIMDError, match=words):
        LoopbackFetcher().fetch(documents.serve(body, **answer))
    assert documents.fetched == ["/client.json"]  # and no other


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("max-age=600", 600),
        ("public, Max-Age = 600", 600),
        ("max-age=1", 300),
        (f"max-age={10**12}", 86_400),
        ("max-age=soon", 86_400),
        ("", 86_400),
        ("max-age=600, no-store", 300),
        ("no-cache", 300),
    ],
)
def test_a_document_is_kept_as_long_as_it_says_within_bounds(
    documents: MetadataServer, said: str, seconds: int
) -> None:
    url = documents.serve(CLIENT, Cache_Control=said, Content_Type="application/client+json")
    assert LoopbackFetcher().fetch(url) == (json.loads(CLIENT), seconds)


@pytest.mark.parametrize("path", ["", "/./client.json", "/a/../client.json", "/a/.."])
def test_a_url_without_a_path_or_with_a_detour_is_not_fetched(
    documents: MetadataServer, path: str
) -> None:
    with pytest.raises(CIMDError, match="no plain https URL"):
        LoopbackFetcher().fetch(f"https://{documents.address}{path}")
    assert documents.fetched == []


def test_a_server_that_nobody_vouches_for_is_not_read(
    documents: MetadataServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = documents.describe("https://a.example/cb")
    make_certificate(tmp_path / "other.pem", tmp_path / "other.key")
    monkeypatch.setenv("METADATA_CERTIFICATE", str(tmp_path / "other.pem"))
    with pytest.raises(CIMDError, match="certificate verify failed"):
        LoopbackFetcher().fetch(url)


def test_two_documents_are_waited_for_at_a_time_and_everybody_else_is_served(
    plugin: str, documents: MetadataServer, transactional_db: None
) -> None:
    def ask(name: str) -> requests.Response:
        client_id = f"https://localhost:{silent.getsockname()[1]}/{name}.json"
        request = {"response_type": "code", "client_id": client_id, "redirect_uri": BACK}
        return Web().get(f"{plugin}/oauth?{urlencode({**request, **pkce()[1]})}")

    with socket.create_server(("127.0.0.1", 0)) as silent, ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(ask, name) for name in ("one", "two")]
        connections = [silent.accept()[0] for _ in waiting]  # and nothing is said there
        third = ask("three")
        served = Web().post(f"{plugin}/mcp", json=LIST)
        assert not any(each.done() for each in waiting)
        assert (third.status_code, served.status_code) == (400, 401)
        assert "No document could be read at this client_id" in third.text
        assert {each.result().status_code for each in waiting} == {400}
        for connection in connections:
            connection.close()
