"""Nobody reaches this site's own network through whatever fetches here: all refuse, at connect.

As in production: no way of fetching is told that this machine may be reached.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from oauth2_provider.models import Application

from api.fetching import FetchError
from plugins.linter.checking import check
from simulator.errors import StepError
from simulator.fetching import site_fetcher
from simulator.installing import find
from simulator.schemes import Given
from tests.api.test_fetching import PRIVATE
from tests.oauth.conftest import pkce, registration
from tests.plugins.linter.served import DOCUMENT, MANIFEST, Served, changed, served
from tests.public_network import ADDRESS, PublicNetwork, public_network

pytestmark = [pytest.mark.outside, pytest.mark.django_db]

METADATA = "169.254.169.254"
"""Where a cloud tells its machines their secrets."""


def lint(url: str) -> str:
    findings = check(url, fetcher=site_fetcher()).findings
    return " ".join(f"{each.found} {each.mend}" for each in findings)


def install(url: str) -> str:
    fetcher = site_fetcher()
    try:
        subject = find(url, fetcher)
        subject.scheme(fetcher, Given())
        subject.read(fetcher, {})
    except (StepError, FetchError) as error:
        return str(error)
    return "It installs."


def know_client(url: str) -> str:
    """Ask to sign in with a client that is known by a document at a URL."""
    query = {
        "client_id": f"{url.replace('http://', 'https://')}client.json",
        "redirect_uri": "https://client.example/callback",
        "response_type": "code",
        **pkce()[1],
    }
    with registration(on=True):
        page = Client().get("/todo-oauth/oauth", query)
    assert page.status_code == 400
    assert not Application.objects.exists()
    return page.text


WAYS: dict[str, Callable[[str], str]] = {
    "check a plugin": lint,
    "check an MCP server": lambda url: lint(f"{url}mcp"),
    "install a plugin": install,
    "install an MCP server": lambda url: install(f"{url}mcp"),
    "know a client": know_client,
}
FETCHING = [way for way in WAYS if way != "know a client"]


@pytest.fixture
def network() -> Iterator[PublicNetwork]:
    with public_network() as network:
        yield network


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("url", PRIVATE)
def test_an_address_that_is_not_public_is_connected_to_by_nobody(
    network: PublicNetwork, url: str, way: str, caplog: pytest.LogCaptureFixture
) -> None:
    origin = url.partition("/latest")[0].rstrip("/")
    told = WAYS[way](f"{origin}/")
    if way == "know a client":  # what this site can reach is for its log alone
        assert "not on the public network" not in told
        reasons = ("no plain https URL", "not on the public network", "service not known")
        assert any(reason in caplog.text for reason in reasons)
    else:
        assert "is not on the public network, so it is not fetched." in told
    assert network.connected == []


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "address", [METADATA, "127.0.0.1", "10.0.0.1", "::1", "::ffff:10.0.0.1", "fec0::1", "fd00::1"]
)
def test_a_name_that_leads_to_one_is_connected_to_by_nobody(
    network: PublicNetwork, address: str, way: str
) -> None:
    network.lead({"inside.example": address})
    WAYS[way]("http://inside.example/")
    assert network.looked_up == ["inside.example"] * len(network.looked_up) != []
    assert network.connected == []


@pytest.mark.parametrize("way", WAYS)
def test_a_name_that_leads_elsewhere_at_the_next_look_up_is_judged_by_each(
    network: PublicNetwork, way: str
) -> None:
    """DNS rebinding: what was judged is what is connected to."""
    network.lead({"rebinding.example": [ADDRESS, "127.0.0.1"]})
    WAYS[way]("http://rebinding.example/")
    assert network.connected == [ADDRESS]


@pytest.mark.parametrize("way", FETCHING)
@pytest.mark.parametrize(
    "url",
    [
        *("file:///etc/passwd", "gopher://a.example:70/", "ftp://a.example/", "unix:///run/x"),
        *("http://127.0.0.1@a.example/", "http://a.example@127.0.0.1/", "http://a.example:25/"),
        *("http://a.example:6379/x@127.0.0.1", "http://127.0.0.1\\@a.example/", "data://x/"),
    ],
)
def test_what_is_no_address_of_the_web_is_connected_to_by_nobody(
    network: PublicNetwork, url: str, way: str
) -> None:
    network.lead({"a.example": "10.0.0.1" if "6379" in url else ADDRESS})
    assert "It installs." not in WAYS[way](url)
    assert network.connected == []


# --- What a public site leads to ---------------------------------------------------------


@pytest.fixture
def site(network: PublicNetwork) -> Iterator[Served]:
    """A plugin on the public network, of whose names those of its own network are two."""
    with served() as site:
        network.served[ADDRESS] = urlsplit(site.url).port or 0
        network.lead({"notes.example": ADDRESS, "inside.notes.example": METADATA})
        site.url = "http://notes.example"
        site.serve_plugin()
        yield site


@pytest.mark.parametrize("way", FETCHING)
@pytest.mark.parametrize(
    "target",
    [
        *(f"http://{METADATA}/", "http://127.0.0.1:8000/", "http://[::1]/", "//10.0.0.1/"),
        *("http://inside.notes.example/", "file:///etc/passwd", "gopher://inside.notes.example/"),
        "http://notes.example@127.0.0.1/",
    ],
)
def test_a_redirect_leads_to_nothing_else(
    network: PublicNetwork, site: Served, target: str, way: str
) -> None:
    for path in ("/.well-known/ai-plugin.json", "/mcp"):
        site.answers[path] = (302, {"Location": target}, b"")
    assert "It installs." not in WAYS[way]("http://notes.example/")
    assert set(network.connected) == {ADDRESS}


def plugin_that_names(url: str, site: Served) -> None:
    """Serve a plugin whose manifest, document and metadata name a URL wherever they can."""
    auth = {
        "type": "oauth",
        "client_url": f"{url}oauth",
        "authorization_url": f"{url}token",
        "authorization_content_type": "application/json",
        "scope": "",
    }
    names = {"/auth": auth, "/logo_url": f"{url}logo.png", "/legal_info_url": f"{url}legal"}
    document = changed(DOCUMENT, {"/servers": [{"url": url}]})
    site.serve_plugin(changed(MANIFEST, names), document)


@pytest.mark.parametrize("way", ["check a plugin", "install a plugin"])
@pytest.mark.parametrize("url", [f"https://{METADATA}/", "https://inside.notes.example/"])
def test_what_a_manifest_names_is_judged_as_well(
    network: PublicNetwork, site: Served, url: str, way: str
) -> None:
    plugin_that_names(url, site)
    WAYS[way]("http://notes.example/")
    assert set(network.connected) == {ADDRESS}


@pytest.mark.parametrize("way", ["check an MCP server", "install an MCP server"])
@pytest.mark.parametrize("named", ["metadata", "issuer"])
def test_what_a_challenge_names_is_judged_as_well(
    network: PublicNetwork, site: Served, named: str, way: str
) -> None:
    inside = "http://inside.notes.example"
    metadata = f"{inside if named == 'metadata' else site.url}/metadata"
    challenge = {"WWW-Authenticate": f'Bearer resource_metadata="{metadata}"'}
    site.answers["/mcp"] = (401, challenge, b"{}")
    resource: dict[str, Any] = {"resource": "URL/mcp", "authorization_servers": [inside]}
    site.serve("/metadata", json.dumps(resource))
    assert "It installs." not in WAYS[way]("http://notes.example/")
    assert set(network.connected) == {ADDRESS}
