"""Ann and Bob at the authorization server, and the clients that want to act for them.

ChatGPT is a confidential client, Laptop a public one on the person's own machine. Eve attacks.
"""

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import F
from django.test import Client, override_settings
from oauth2_provider.models import Application, RefreshToken

from oauth_demo.documents import MetadataFetcher
from tests.conftest import Mount, mount_of

CALLBACK = "https://chat.openai.com/aip/plugin-1/oauth/callback"
LOOPBACK = "http://127.0.0.1:7777/callback"
SCOPES = "todos:read todos:write"


@dataclass(frozen=True)
class OAuthClient:
    """A registered client, with the secret that it keeps."""

    application: Application
    secret: str

    @property
    def id(self) -> str:
        return str(self.application.client_id)

    @property
    def redirect_uri(self) -> str:
        return str(self.application.redirect_uris.split()[0])


def register(name: str, *redirect_uris: str, public: bool = False) -> OAuthClient:
    secret = "" if public else secrets.token_urlsafe(32)
    application = Application.objects.create(
        name=name,
        client_type="public" if public else "confidential",
        authorization_grant_type="authorization-code",
        redirect_uris=" ".join(redirect_uris),
        client_secret=secret,
    )
    return OAuthClient(application, secret)


def registration(*, on: bool) -> override_settings:
    """Let clients make themselves known, or not, as OAUTH_CLIENT_REGISTRATION does."""
    library = {**settings.OAUTH2_PROVIDER, "DCR_ENABLED": on, "CIMD_ENABLED": on}
    library["CIMD_METADATA_FETCHER"] = f"{__name__}.Documents"
    return override_settings(OAUTH2_PROVIDER=library)


def register_itself(metadata: Any, address: str = "127.0.0.1") -> Any:
    """Let a client register (RFC 7591); return the response."""
    body = metadata if isinstance(metadata, bytes) else json.dumps(metadata).encode()
    client = Client(raise_request_exception=False, REMOTE_ADDR=address)
    return client.post("/clients/", body, "application/json")


def registered(*redirect_uris: str, **metadata: Any) -> OAuthClient:
    """Return a public client that registered itself."""
    metadata = {"token_endpoint_auth_method": "none", **metadata}
    response = register_itself({"redirect_uris": redirect_uris, **metadata})
    assert response.status_code == 201, response.text
    return OAuthClient(Application.objects.get(client_id=response.json()["client_id"]), "")


class Documents(MetadataFetcher):
    """Reads what the web would answer, by URL: it is out of reach of a test."""

    web: ClassVar[dict[str, dict[str, Any]]] = {}

    def read(self, client_id: str) -> tuple[dict[str, Any], int]:
        if client_id in self.web:
            return self.web[client_id], 3600
        return super().read(client_id)


def described(url: str, *redirect_uris: str, **document: Any) -> OAuthClient:
    """Return a client that a document describes; nobody knows it yet."""
    Documents.web[url] = {"client_id": url, "redirect_uris": list(redirect_uris), **document}
    application = Application(client_id=url, redirect_uris=" ".join(redirect_uris))
    return OAuthClient(application, "")


class Form(HTMLParser):
    """The fields of a page's form that carries a client_id."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "input" and values.get("type") == "hidden":
            self.fields[values["name"] or ""] = values.get("value") or ""


class Browser:
    """A browser, signed in as somebody or nobody, at one mount of todo-oauth."""

    def __init__(self, mount: Mount, user: User | None = None) -> None:
        self.mount = mount
        self.client = Client(raise_request_exception=False, headers={"host": mount.host})
        if user:
            self.client.force_login(user)

    def open(self, client: OAuthClient, **changes: str | None) -> Any:
        """Open the authorization request of a client; None takes a parameter out."""
        request = {
            "response_type": "code",
            "client_id": client.id,
            "redirect_uri": client.redirect_uri,
            "scope": SCOPES,
            "state": "the-state",
            **changes,
        }
        query = urlencode({k: v for k, v in request.items() if v is not None}, doseq=True)
        return self.client.get(f"{self.mount.prefix}/oauth?{query}")

    def answer(self, page: Any, allow: str = "True", **changes: str) -> Any:
        assert page.status_code == 200, page
        fields = {**Form(page.text).fields, "allow": allow, **changes}
        return self.client.post(f"{self.mount.prefix}/oauth", fields)

    def agree(self, client: OAuthClient, **changes: str | None) -> str:
        """Return the code that the client is given when the person agrees."""
        response = self.open(client, **changes)
        if response.status_code == 200:
            response = self.answer(response)
        return sent_back(response)["code"]


def sent_back(response: Any) -> dict[str, str]:
    """Return the parameters with which a response sends the person back to the client."""
    assert response.status_code == 302, (response.status_code, response.text)
    query = parse_qs(urlsplit(response["Location"]).query, strict_parsing=True)
    assert all(len(values) == 1 for values in query.values())
    return {name: values[0] for name, values in query.items()}


def exchange(mount: Mount, client: OAuthClient, way: str = "json", **parameters: Any) -> Any:
    """Call the token endpoint with the client's credentials, in one of the three ways."""
    return call(mount, "/auth/oauth_exchange", client, way, **parameters)


def revoke(mount: Mount, client: OAuthClient, **parameters: Any) -> Any:
    return call(mount, "/auth/oauth_revoke", client, "form", **parameters)


def call(mount: Mount, path: str, client: OAuthClient, way: str, **parameters: Any) -> Any:
    headers = {}
    if way == "basic":
        credentials = base64.b64encode(f"{client.id}:{client.secret}".encode()).decode()
        headers["authorization"] = f"Basic {credentials}"
    else:
        parameters = {"client_id": client.id, **parameters}
        if client.secret:
            parameters = {"client_secret": client.secret, **parameters}
    parameters = {name: value for name, value in parameters.items() if value is not None}
    if way == "json":
        return mount.post(path, parameters, headers=headers)
    body = urlencode(parameters, doseq=True).encode()
    form = "application/x-www-form-urlencoded"
    return mount.post(path, raw=body, content_type=form, headers=headers)


def redeem(
    mount: Mount, client: OAuthClient, code: str, way: str = "json", **parameters: Any
) -> Any:
    return exchange(
        mount,
        client,
        way,
        **{
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": client.redirect_uri,
            **parameters,
        },
    )


def refresh(mount: Mount, client: OAuthClient, token: str, **parameters: Any) -> Any:
    return exchange(mount, client, grant_type="refresh_token", refresh_token=token, **parameters)


def let_the_grace_pass() -> None:
    """Let a refresh token that was spent no longer come back."""
    grace = timedelta(seconds=settings.OAUTH_REFRESH_GRACE)
    RefreshToken.objects.exclude(revoked=None).update(revoked=F("revoked") - grace)


def connect(mount: Mount, user: User, client: OAuthClient, **changes: str | None) -> dict[str, Any]:
    """Let a person connect a client; return its tokens."""
    response = redeem(mount, client, Browser(mount, user).agree(client, **changes))
    assert response.status_code == 200, response.text
    tokens: dict[str, Any] = response.json()
    return tokens


def pkce() -> tuple[str, dict[str, str]]:
    """Return a code_verifier, and the parameters that carry its challenge (RFC 7636 4.1, 4.2)."""
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
    return verifier, {
        "code_challenge": challenge.rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }


def error(response: Any) -> str:
    """Return which OAuth error a refusal names."""
    assert response.status_code in (400, 401), response.text
    return str(response.json()["error"])


def opens(mount: Mount, tokens: dict[str, Any], username: str = "ann") -> bool:
    """Say whether an access token opens a list."""
    status = mount.get(f"/todos/{username}", token=tokens["access_token"]).status_code
    assert status in (200, 401)
    return bool(status == 200)


def at_once(request: Callable[[], Any]) -> list[Any]:
    """Run a request in two threads that start together."""
    barrier, answers = threading.Barrier(2), []

    def run() -> None:
        barrier.wait()
        try:
            answers.append(request())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.fixture
def todo_oauth() -> Mount:
    return mount_of("todo-oauth")


@pytest.fixture(params=["prefix", "host"])
def either(request: pytest.FixtureRequest) -> Mount:
    """todo-oauth at both of its mounts."""
    return mount_of("todo-oauth", request.param)


@pytest.fixture
def chatgpt(db: None) -> OAuthClient:
    return register("ChatGPT", CALLBACK, CALLBACK.replace("chat.openai.com", "chatgpt.com"))


@pytest.fixture
def laptop(db: None) -> OAuthClient:
    return register("Laptop", LOOPBACK, public=True)


@pytest.fixture
def eves_client(db: None) -> OAuthClient:
    return register("Eve's app", "https://eve.example/callback")


def dumps(value: Any) -> bytes:
    return json.dumps(value).encode()
