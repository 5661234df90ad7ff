"""What the site says of its addresses where a tunnel or a cloud environment shows it."""

import json
import re
import socket
import subprocess
import sys

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from pytest_django import Settings

from config.public_urls import public_urls
from plugins.plugin import Plugin
from tests.config.test_settings import SECRET, load
from tests.conftest import Mount
from tests.development_server import process_environ
from tests.oauth.conftest import Browser, Form, OAuthClient, chatgpt, sent_back, todo_oauth
from tests.site.plugins import PLUGINS

__all__ = ["chatgpt", "todo_oauth"]

SHOWN = "https://abc.tunnel.example"
CODESPACE = "fluffy-train-8000.app.github.dev"
SANDBOX = f"{socket.gethostname().lower()}-8000.csb.app"
GITPOD = "8000-abc.ws-eu1.gitpod.io"
FORWARDED = {"host": "localhost:8000", "x-forwarded-host": "abc.tunnel.example"}
LOOPBACK = "http://localhost:8000"

SAID: dict[str, tuple[dict[str, str], list[tuple[dict[str, str], str]]]] = {
    "a tunnel": (
        {"PUBLIC_URL": SHOWN},
        [
            ({"host": "abc.tunnel.example"}, SHOWN),
            ({"host": "abc.tunnel.example:8000"}, SHOWN),
            ({"host": "abc.tunnel.example", "x-forwarded-proto": "https"}, SHOWN),
            (FORWARDED, SHOWN),
            ({"host": "localhost:8000"}, LOOPBACK),
            ({"host": "localhost:8000", "x-forwarded-host": "eve.example"}, LOOPBACK),
            ({"host": "localhost:8000", "x-forwarded-proto": "https"}, LOOPBACK),
        ],
    ),
    "a tunnel at another port": (
        {"PUBLIC_URL": "https://Abc.tunnel.example:8443/"},
        [
            ({"host": "abc.tunnel.example:8443"}, f"{SHOWN}:8443"),
            ({"host": "abc.tunnel.example"}, f"{SHOWN}:8443"),
        ],
    ),
    "no https": (
        {"PUBLIC_URL": "http://shown.example"},
        [({"host": "shown.example"}, "http://shown.example")],
    ),
    "Codespaces": (
        {
            "CODESPACE_NAME": "fluffy-train",
            "GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN": "app.github.dev",
        },
        [
            ({"host": CODESPACE}, f"https://{CODESPACE}"),
            ({"host": "localhost:8000", "x-forwarded-host": CODESPACE}, f"https://{CODESPACE}"),
        ],
    ),
    "Gitpod": (
        {"GITPOD_WORKSPACE_URL": "https://abc.ws-eu1.gitpod.io"},
        [({"host": GITPOD}, f"https://{GITPOD}")],
    ),
    "Replit": (
        {"REPLIT_DEV_DOMAIN": "abc.replit.dev"},
        [({"host": "abc.replit.dev"}, "https://abc.replit.dev")],
    ),
    "CodeSandbox": ({"CSB": "true"}, [({"host": SANDBOX}, f"https://{SANDBOX}")]),
    "CodeSandbox, as it was": (
        {"CODESANDBOX_HOST": "-"},
        [({"host": SANDBOX}, f"https://{SANDBOX}")],
    ),
    "production": (
        {"PUBLIC_URL": SHOWN, "SECRET_KEY": SECRET},
        [({"host": "abc.tunnel.example"}, SHOWN), (FORWARDED, SHOWN)],
    ),
    "a proxy that is trusted": (
        {"PUBLIC_URL": SHOWN, "TRUST_PROXY": "on"},
        [
            ({"host": "abc.tunnel.example"}, SHOWN),
            (FORWARDED, SHOWN),
            ({**FORWARDED, "x-forwarded-proto": "http"}, "http://abc.tunnel.example"),
            ({"host": "abc.tunnel.example", "x-forwarded-host": "localhost:8000"}, LOOPBACK),
        ],
    ),
}
SLUG = next(plugin.slug for plugin in PLUGINS)
MANIFEST = f"/{SLUG}/.well-known/ai-plugin.json"


@pytest.mark.parametrize("name", SAID)
def test_the_manifest_says_by_which_address_the_request_came(name: str, settings: Settings) -> None:
    environ, requests = SAID[name]
    settings.PUBLIC_URLS = public_urls(environ, port=8000)
    settings.ALLOWED_HOSTS = ["*"]
    if "TRUST_PROXY" in environ:
        settings.USE_X_FORWARDED_HOST = True
        settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    for headers, origin in requests:
        said = Client().get(MANIFEST, headers=headers).json()
        assert said["api"]["url"] == f"{origin}/{SLUG}/openapi.yaml", headers
        assert said["logo_url"] == f"{origin}/{SLUG}/logo.png", headers


@pytest.mark.outside
@pytest.mark.parametrize("name", ["Codespaces", "production", "a proxy that is trusted"])
def test_it_is_so_with_nothing_set_but_the_environment(name: str) -> None:
    environ, requests = SAID[name]
    code = (
        "import json, django; django.setup(); from django.test import Client\n"
        f"answers = [Client().get('{MANIFEST}', headers=headers) for headers, _ in {requests!r}]\n"
        "print(json.dumps([answer.json()['api']['url'] for answer in answers]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=django_settings.BASE_DIR,
        env={**process_environ(), "DJANGO_SETTINGS_MODULE": "tests.site.settings", **environ},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [f"{origin}/{SLUG}/openapi.yaml" for _, origin in requests]


@pytest.fixture
def shown(settings: Settings) -> None:
    """The site as a tunnel shows it."""
    settings.PUBLIC_URLS = [SHOWN]
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "abc.tunnel.example"]


HEADERS = [{"host": "abc.tunnel.example"}, FORWARDED]
PATHS = ["", "/openapi.json", "/openapi.yaml", "/docs", "/legal", "/.well-known/ai-plugin.json"]
METADATA = ["/.well-known/oauth-authorization-server", "/.well-known/oauth-protected-resource/mcp"]


@pytest.mark.parametrize("headers", HEADERS)
def test_no_page_and_no_document_says_another_address(
    plugin: Plugin, headers: dict[str, str], shown: None, db: None
) -> None:
    client = Client()
    for path in PATHS + (METADATA if plugin.auth.scopes else []):
        response = client.get(f"/{plugin.slug}{path or '/'}", headers=headers)
        assert response.status_code == 200, path
        said = set(re.findall(r"https?://(?:localhost|abc\.tunnel\.example)[:\w]*", response.text))
        assert said <= {SHOWN}, path
        assert said or path == "/legal", path
    for _ in range(2):  # the second time, the place that it came to is known
        refused = client.post(f"/{plugin.slug}/mcp", b"{}", "application/json", headers=headers)
        challenge = refused.headers.get("WWW-Authenticate", "")
        assert "http://" not in challenge
        assert (f'="{SHOWN}/.well-known/' in challenge) == bool(plugin.auth.scopes)


def test_the_landing_page_shows_the_addresses_of_the_tunnel(shown: None, db: None) -> None:
    text = Client().get("/", headers=HEADERS[0]).text
    assert f"{SHOWN}/{SLUG}/mcp" in text and "http://abc." not in text


def test_a_person_signs_in_and_is_sent_back_with_the_issuer_of_the_tunnel(
    shown: None, ann: User, todo_oauth: Mount, chatgpt: OAuthClient
) -> None:
    browser = Browser(todo_oauth)
    browser.client = Client(
        headers={"host": "abc.tunnel.example", "origin": SHOWN}, enforce_csrf_checks=True
    )
    signing_in = browser.client.get(browser.open(chatgpt)["Location"])
    answer = {"username": "ann", "password": "anns-password", **Form(signing_in.text).fields}
    page = browser.client.post(signing_in.request["PATH_INFO"], answer)
    page = browser.client.get(page["Location"])
    back = browser.client.post("/todo-oauth/oauth", {**Form(page.text).fields, "allow": "True"})
    assert sent_back(back)["iss"] == f"{SHOWN}/todo-oauth"


@pytest.mark.parametrize(
    "value",
    [
        "abc.tunnel.example",
        "https://abc.tunnel.example/below",
        "https://",
        "ftp://abc.tunnel.example",
        "https://user@abc.tunnel.example",
        "https://*.tunnel.example",
        "https://abc.tunnel.example?x",
    ],
)
def test_what_is_no_public_url_is_refused(value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="PUBLIC_URL is no address of this site"):
        public_urls({"PUBLIC_URL": value}, port=8000)


def test_an_empty_public_url_is_none() -> None:
    assert public_urls({"PUBLIC_URL": ""}, port=8000) == []


@pytest.mark.outside
def test_forms_are_taken_from_where_the_site_is_shown() -> None:
    [origins] = load("CSRF_TRUSTED_ORIGINS", environ=SAID["Codespaces"][0])
    assert f"https://{CODESPACE}" in origins
    assert "https://localhost:8000" in origins  # which a forwarder may make of the Origin
