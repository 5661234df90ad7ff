"""Attacks on authorization codes, each with the section that describes it."""

import pytest
from django.contrib.auth.models import User
from oauth2_provider.models import AccessToken, Grant, RefreshToken

from tests.conftest import Mount, mount_of
from tests.oauth.conftest import (
    Browser,
    OAuthClient,
    at_once,
    error,
    opens,
    pkce,
    redeem,
    refresh,
)


def test_code_replay(todo_oauth: Mount, ann: User, chatgpt: OAuthClient) -> None:
    """RFC 6749 4.1.2, 10.5: a second redemption is refused and ends what the first one got."""
    code = Browser(todo_oauth, ann).agree(chatgpt)
    tokens = redeem(todo_oauth, chatgpt, code).json()
    renewed = refresh(todo_oauth, chatgpt, tokens["refresh_token"]).json()
    assert opens(todo_oauth, renewed)
    assert error(redeem(todo_oauth, chatgpt, code)) == "invalid_grant"
    assert not opens(todo_oauth, renewed)
    assert error(refresh(todo_oauth, chatgpt, renewed["refresh_token"])) == "invalid_grant"


def test_code_replay_by_another_client(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient, eves_client: OAuthClient
) -> None:
    """RFC 9700 2.1.1, 4.5: it leaked, so what it was redeemed for ends."""
    code = Browser(todo_oauth, ann).agree(chatgpt)
    tokens = redeem(todo_oauth, chatgpt, code).json()
    assert error(redeem(todo_oauth, eves_client, code)) == "invalid_grant"
    assert not opens(todo_oauth, tokens)


@pytest.mark.django_db(transaction=True)
def test_two_redemptions_at_once(todo_oauth: Mount, ann: User, chatgpt: OAuthClient) -> None:
    """RFC 6749 4.1.2: at most one of two simultaneous redemptions gives tokens."""
    code = Browser(todo_oauth, ann).agree(chatgpt)
    answers = at_once(lambda: redeem(mount_of("todo-oauth"), chatgpt, code))
    assert sorted(answer.status_code for answer in answers) in ([200, 400], [400, 400])
    assert not any(opens(todo_oauth, a.json()) for a in answers if a.status_code == 200)


def test_wrong_clients_code(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient, eves_client: OAuthClient
) -> None:
    """RFC 6749 4.1.3: a code is bound to its client, and stays good for it."""
    code = Browser(todo_oauth, ann).agree(chatgpt)
    stolen = redeem(todo_oauth, eves_client, code, redirect_uri=chatgpt.redirect_uri)
    assert error(stolen) == "invalid_grant"
    assert redeem(todo_oauth, chatgpt, code).status_code == 200


def test_code_injection(todo_oauth: Mount, ann: User, bob: User, chatgpt: OAuthClient) -> None:
    """RFC 9700 4.5: with PKCE a code is of use in the browser that began the flow alone."""
    verifier, challenge = pkce()
    code = Browser(todo_oauth, ann).agree(chatgpt, **challenge)
    eves_verifier, _ = pkce()
    injected = redeem(todo_oauth, chatgpt, code, code_verifier=eves_verifier)
    assert error(injected) == "invalid_grant"
    assert error(redeem(todo_oauth, chatgpt, code)) == "invalid_request"
    assert redeem(todo_oauth, chatgpt, code, code_verifier=verifier).status_code == 200


def test_redirect_mismatch(todo_oauth: Mount, ann: User, chatgpt: OAuthClient) -> None:
    """RFC 6749 4.1.3, 10.6: the redirect_uri of the exchange is that of the request, exactly."""
    code = Browser(todo_oauth, ann).agree(chatgpt)
    registered_too = chatgpt.application.redirect_uris.split()[1]
    for uri in (registered_too, chatgpt.redirect_uri + "/", chatgpt.redirect_uri + "?a=b"):
        assert error(redeem(todo_oauth, chatgpt, code, redirect_uri=uri)) == "invalid_grant"


def test_pkce_downgrade(todo_oauth: Mount, ann: User, chatgpt: OAuthClient) -> None:
    """RFC 9700 4.8.2: a verifier without an earlier challenge means that Eve took it out."""
    verifier, _ = pkce()
    code = Browser(todo_oauth, ann).agree(chatgpt)
    assert error(redeem(todo_oauth, chatgpt, code, code_verifier=verifier)) == "invalid_grant"


def test_an_old_code(todo_oauth: Mount, ann: User, chatgpt: OAuthClient) -> None:
    """RFC 6749 4.1.2: a code lives for a minute."""
    code = Browser(todo_oauth, ann).agree(chatgpt)
    grant = Grant.objects.get()
    assert (grant.expires - grant.created).total_seconds() <= 61
    grant.expires = grant.created
    grant.save()
    assert error(redeem(todo_oauth, chatgpt, code)) == "invalid_grant"


def test_codes_and_tokens_in_a_stolen_database(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    """RFC 6749 10.3 to 10.5: nothing that is stored can be presented."""
    browser = Browser(todo_oauth, ann)
    code = browser.agree(chatgpt)
    stored = Grant.objects.get().code
    assert code not in stored
    assert error(redeem(todo_oauth, chatgpt, stored)) == "invalid_grant"
    tokens = redeem(todo_oauth, chatgpt, code).json()
    for model, secret in ((AccessToken, "access_token"), (RefreshToken, "refresh_token")):
        row = model.objects.values().get()
        assert tokens[secret] not in map(str, row.values())
        assert row["token"] == ""
        assert todo_oauth.get("/todos/ann", token=row["token_checksum"]).status_code == 401
    assert chatgpt.secret not in chatgpt.application.client_secret
