"""A plugin behind an authorization server of Authlib is installed, or refused in its own words."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from simulator.models import InstalledPlugin
from tests.ports import free_port
from tests.simulator.conftest import Person, Said, step
from tests.simulator.foreign.conftest import answering
from tests.simulator.foreign.process import ForeignServer

pytestmark = [pytest.mark.outside, pytest.mark.django_db]

SECRETS = {"client_id": "by-hand", "client_secret": "a-secret-by-hand"}
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
SendTo = Callable[[Person], None]


def install(server: ForeignServer, *options: str) -> Said:
    return step("install_plugin", server.url, "--open-browser", "--seconds", "3", *options)


def by_hand(server: ForeignServer, *, method: str = "client_secret_post", **more: Any) -> list[str]:
    """Let an operator make a client, for one address; return how it is named in a command."""
    port = free_port()
    uris = [f"http://127.0.0.1:{port}/callback"]
    made = {**SECRETS, "redirect_uris": uris, "token_endpoint_auth_method": method, **more}
    server.set(client=made)
    given = ["--client-id", made["client_id"], "--port", str(port)]
    return given if method == "none" else [*given, "--client-secret", SECRETS["client_secret"]]


def call() -> Said:
    return step("call_plugin", "notes", "getNotes", "name=bread")


GOOD = Said('{"owner":"ann","notes":["bread"]}\n', "", 0)


@pytest.mark.parametrize("content_type", [JSON, FORM])
@pytest.mark.parametrize("publishes", [True, False])
def test_with_a_client_made_by_hand(
    authlib: ForeignServer, send_to: SendTo, publishes: bool, content_type: str
) -> None:
    """PKCE and the issuer where it says that it has them; as ChatGPT did it where it does not."""
    send_to(answering())
    authlib.set(publishes=publishes, content_type=content_type)
    assert install(authlib, *by_hand(authlib)).status == 0
    assert call() == GOOD
    [exchange] = authlib.set()["requests"]
    assert exchange["type"] == content_type and not exchange["basic"]
    assert ("code_verifier" in exchange["fields"]) == publishes


@pytest.mark.parametrize("content_type", [JSON, FORM])
@pytest.mark.parametrize("method", ["client_secret_basic", "none"])
def test_with_a_client_that_proves_itself_otherwise(
    authlib: ForeignServer, send_to: SendTo, method: str, content_type: str
) -> None:
    send_to(answering())
    authlib.set(auth_methods=[method], content_type=content_type)
    assert install(authlib, *by_hand(authlib, method=method)).status == 0
    assert call() == GOOD
    [exchange] = authlib.set()["requests"]
    assert exchange["basic"] == (method == "client_secret_basic")
    assert "client_secret" not in exchange["fields"]


@pytest.mark.parametrize("method", ["client_secret_post", "client_secret_basic", "none"])
def test_by_registration_through_a_whole_life(
    authlib: ForeignServer, send_to: SendTo, method: str
) -> None:
    send_to(answering())
    authlib.set(auth_methods=[method])
    said = install(authlib)
    assert (said.status, said.err) == (0, "")
    assert call() == GOOD
    for _ in range(2):  # each time with the refresh token that came with the last
        authlib.set(tokens_expire=True)
        assert call() == GOOD
    assert authlib.set()["tokens"] == 1
    assert step("uninstall_plugin", "notes").out == "Revoked its tokens.\nUninstalled “notes”.\n"
    assert authlib.set()["tokens"] == 0


def test_whose_tokens_were_revoked_elsewhere_is_told_so(
    authlib: ForeignServer, send_to: SendTo
) -> None:
    send_to(answering())
    install(authlib)
    authlib.set(tokens=[])
    said = call()
    assert said.status == 1
    assert "token endpoint refuses with HTTP status 400, invalid_grant" in said.err


def test_a_manifest_that_shows_the_token_is_verified(
    authlib: ForeignServer, send_to: SendTo
) -> None:
    send_to(answering())
    said = install(authlib, "--verification-token", "shown-to-openai")
    assert "The manifest shows the verification token." in said.out


# --- Refusals ----------------------------------------------------------------------------


def refused(said: Said, words: str) -> None:
    assert said.status == 1
    assert words in said.err
    assert "Traceback" not in said.err
    assert not InstalledPlugin.objects.exists()


def test_a_wrong_secret(authlib: ForeignServer, send_to: SendTo) -> None:
    send_to(answering())
    wrong = [*by_hand(authlib)[:-1], "wrong"]
    refused(install(authlib, *wrong), "token endpoint refuses with HTTP status 401, invalid_client")


def test_a_secret_that_is_proved_in_a_way_that_is_not_that_clients(
    authlib: ForeignServer, send_to: SendTo
) -> None:
    send_to(answering())
    named = by_hand(authlib, method="client_secret_basic")
    refused(install(authlib, *named), "token endpoint refuses with HTTP status 401, invalid_client")


def test_an_address_that_the_server_does_not_know(authlib: ForeignServer, send_to: SendTo) -> None:
    send_to(answering())
    named = by_hand(authlib, redirect_uris=["http://127.0.0.1:1/callback"])
    said = install(authlib, *named, "--seconds", "1")
    refused(said, "Nobody came back to http://127.0.0.1:")
    assert "If the server showed an error instead" in said.err
    assert "--port" in said.err


def test_a_client_that_it_does_not_know(authlib: ForeignServer, send_to: SendTo) -> None:
    send_to(answering())
    said = install(authlib, "--client-id", "unknown", "--seconds", "1")
    refused(said, "If the server showed an error instead, mend that: does it know the client")


def test_a_person_who_does_not_agree(authlib: ForeignServer, send_to: SendTo) -> None:
    send_to(answering("no"))
    refused(install(authlib), "The authorization server says access_denied")


def test_a_code_that_expired(authlib: ForeignServer, send_to: SendTo) -> None:
    send_to(answering(before_the_way_back=lambda url: authlib.set(codes_expire=True)))
    refused(install(authlib), "token endpoint refuses with HTTP status 400, invalid_grant")


def test_a_code_that_somebody_else_redeemed_before(authlib: ForeignServer, send_to: SendTo) -> None:
    named = by_hand(authlib)
    authlib.set(publishes=False)  # without PKCE, which would have kept it from them

    def redeem(url: str) -> None:
        back = urlsplit(url)
        form = {
            "grant_type": "authorization_code",
            "code": parse_qs(back.query)["code"][0],
            "redirect_uri": back._replace(query="").geturl(),
            **SECRETS,
        }
        httpx.post(f"{authlib.url}/oauth/token", data=form).raise_for_status()

    send_to(answering(before_the_way_back=redeem))
    said = install(authlib, *named)
    refused(said, "token endpoint refuses with HTTP status 400, invalid_grant")
