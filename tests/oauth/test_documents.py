"""Clients that are known by the URL of a document: Client ID Metadata Documents."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import Application

from tests.conftest import Mount
from tests.oauth.conftest import (
    Browser,
    Documents,
    OAuthClient,
    described,
    pkce,
    redeem,
    register,
    registration,
)

pytestmark = pytest.mark.django_db

ON, OFF = registration(on=True), registration(on=False)
URL = "https://client.example/oauth/client.json"
BACK = "https://client.example/callback"


@ON
@pytest.mark.parametrize(
    "document",
    [
        {},
        # ChatGPT's: it prefers what is not served, and lists what is.
        {
            "grant_types": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_method": "private_key_jwt",
            "token_endpoint_auth_methods_supported": ["private_key_jwt", "none"],
        },
        # VS Code's: it lists a grant more.
        {
            "grant_types": [
                "authorization_code",
                "refresh_token",
                "urn:ietf:params:oauth:grant-type:device_code",
            ],
            "response_types": ["code"],
            "token_endpoint_auth_method": "none",
            "application_type": "native",
        },
    ],
)
def test_a_client_is_known_by_the_url_of_its_document(
    document: dict[str, Any], todo_oauth: Mount, ann: User
) -> None:
    client = described(URL, BACK, client_name="Client", **document)
    verifier, challenge = pkce()
    code = Browser(todo_oauth, ann).agree(client, **challenge)
    assert redeem(todo_oauth, client, code, code_verifier=verifier).status_code == 200
    row = Application.objects.get()
    assert (row.registration_source, row.client_type, row.name) == ("cimd", "public", "Client")


@OFF
def test_where_it_is_off_a_url_is_no_client(todo_oauth: Mount, ann: User) -> None:
    page = Browser(todo_oauth, ann).open(described(URL, BACK))
    assert page.status_code == 400
    assert not Application.objects.exists()


def test_who_is_known_stays_when_it_is_switched_off(todo_oauth: Mount, ann: User) -> None:
    client = described(URL, BACK)
    _, challenge = pkce()
    with ON:
        assert Browser(todo_oauth, ann).open(client, **challenge).status_code == 200
    Application.objects.update(cimd_expires_at=timezone.now() - timedelta(days=1))
    with OFF:
        assert Browser(todo_oauth, ann).agree(client, **challenge)


@ON
@pytest.mark.parametrize("signed_in", [True, False])
@pytest.mark.parametrize(
    "document",
    [
        {"client_id": "https://client.example/other.json"},
        {"client_id": f"{URL}/"},
        {"client_id": None},
        {"redirect_uris": []},
        {"redirect_uris": BACK},
        {"redirect_uris": ["http://client.example/callback"]},
        {"client_name": "x" * 101},
        {"client_name": "Chat\u202eTPG"},
        {"client_name": 5},
        {"grant_types": ["client_credentials"]},
        {"grant_types": [["authorization_code"]]},
        {"response_types": ["token"]},
        {"client_secret": "x"},
        {"token_endpoint_auth_method": "private_key_jwt"},
        {"token_endpoint_auth_method": "client_secret_post"},
        {"client_name": "\ud800"},
    ],
)
def test_a_document_that_is_not_taken_is_explained(
    document: dict[str, Any], signed_in: bool, todo_oauth: Mount, ann: User
) -> None:
    """Sections 4.1 and 4.3: the request ends there, and nothing is kept."""
    client = described(URL, BACK, **document)
    _, challenge = pkce()
    page = Browser(todo_oauth, ann if signed_in else None).open(
        client, redirect_uri=BACK, **challenge
    )
    assert page.status_code == 400
    assert "No document could be read at this client_id" in page.text
    assert "Location" not in page
    assert not Application.objects.exists()


@ON
@pytest.mark.parametrize(
    "url",
    [
        *("https://@client.example/c", "https://:@client.example/c", "HTTPS://client.example/c"),
        *("https://client.example/a b", "https://client.example/c#", "https://[::1/c"),
        *(f"https://{'a' * 64}.example/c", "https://*.example/c", "https://client.example:/c"),
    ],
)
def test_a_url_that_is_not_what_it_looks_like_is_no_client(
    url: str, todo_oauth: Mount, ann: User, caplog: pytest.LogCaptureFixture
) -> None:
    page = Browser(todo_oauth, ann).open(described(url, BACK), **pkce()[1])
    assert page.status_code == 400
    assert "client_id is no plain https URL" in caplog.text
    assert not Application.objects.exists()


@ON
def test_the_log_says_what_the_page_does_not(
    todo_oauth: Mount, ann: User, caplog: pytest.LogCaptureFixture
) -> None:
    client = described(URL, BACK, client_name="x" * 101)
    page = Browser(todo_oauth, ann).open(client)
    assert "client_name must be text" in caplog.text
    assert "client_name" not in page.text
    assert "The log of this site says why" in page.text


class BrokenDocuments(Documents):
    def read(self, client_id: str) -> tuple[dict[str, Any], int]:
        raise OSError("The network is down.")


@ON
def test_a_fetch_that_breaks_is_explained(
    todo_oauth: Mount, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Documents, "read", BrokenDocuments.read)
    page = Browser(todo_oauth, ann).open(described(URL, BACK))
    assert page.status_code == 400
    assert "No document could be read" in page.text


@ON
def test_the_token_endpoint_says_invalid_client(todo_oauth: Mount) -> None:
    client = described(URL, BACK, client_id="https://client.example/other.json")
    answer = redeem(todo_oauth, client, "code", client_id=URL, code_verifier="x" * 43)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


@ON
def test_a_document_never_takes_over_a_client_made_by_hand(todo_oauth: Mount, ann: User) -> None:
    row = register("By hand", BACK, public=True).application
    Application.objects.filter(pk=row.pk).update(client_id=URL)
    described(URL, "https://evil.example/callback", client_name="Evil")
    client = OAuthClient(Application.objects.get(), "")
    _, challenge = pkce()
    browser = Browser(todo_oauth, ann)
    assert browser.open(client, **challenge).status_code == 200
    evil = browser.open(client, redirect_uri="https://evil.example/callback", **challenge)
    assert evil.status_code == 400
    assert Application.objects.get().name == "By hand"


@ON
def test_what_was_read_serves_on_while_a_document_is_away(todo_oauth: Mount, ann: User) -> None:
    """Section 4.4: an error is not cached in place of a document."""
    client = described(URL, BACK)
    _, challenge = pkce()
    browser = Browser(todo_oauth, ann)
    assert browser.open(client, **challenge).status_code == 200
    Application.objects.update(cimd_expires_at=timezone.now() - timedelta(days=1))
    described(URL, "http://not.allowed.example/")
    assert browser.open(client, redirect_uri=BACK, **challenge).status_code == 200


@ON
def test_a_changed_document_is_read_again(todo_oauth: Mount, ann: User) -> None:
    """Section 6.3."""
    _, challenge = pkce()
    browser = Browser(todo_oauth, ann)
    assert browser.open(described(URL, BACK), **challenge).status_code == 200
    Application.objects.update(cimd_expires_at=timezone.now() - timedelta(days=1))
    moved = described(URL, "https://client.example/elsewhere")
    assert browser.open(moved, **challenge).status_code == 200
    assert browser.open(moved, redirect_uri=BACK, **challenge).status_code == 400


@ON
def test_nobody_names_documents_without_end(todo_oauth: Mount) -> None:
    """Each is fetched, and leaves a row: 20 a minute, by address."""
    statuses = [open_document(todo_oauth, number) for number in range(21)]
    assert statuses == [302] * 20 + [503]  # to the sign-in page, then
    assert Application.objects.count() == 20
    assert open_document(todo_oauth, 0) == 302  # it is known
    assert open_document(todo_oauth, 22, address="10.0.0.2") == 302


def open_document(mount: Mount, number: int, address: str = "127.0.0.1") -> int:
    client = described(f"https://client.example/{number}.json", BACK)
    query = {"client_id": client.id, "redirect_uri": BACK, "response_type": "code"}
    query |= pkce()[1]
    return Client(REMOTE_ADDR=address).get(f"{mount.prefix}/oauth", query).status_code
