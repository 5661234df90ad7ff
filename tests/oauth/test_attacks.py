"""Attacks, each with the section that describes it or forbids what it needs."""

import re
import threading
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from oauth2_provider.models import AccessToken, Grant, RefreshToken

from oauth_demo.models import Consent
from tests.conftest import Mount, mount_of
from tests.oauth.conftest import (
    Browser,
    Form,
    OAuthClient,
    connect,
    exchange,
    pkce,
    redeem,
    refresh,
    sent_back,
)


def error(response: Any) -> str:
    assert response.status_code in (400, 401), response.text
    return str(response.json()["error"])


def opens(mount: Mount, tokens: dict[str, Any], username: str = "ann") -> bool:
    status = mount.get(f"/todos/{username}", token=tokens["access_token"]).status_code
    assert status in (200, 401)
    return bool(status == 200)


# --- The authorization request ---


@pytest.mark.parametrize("allow", ["True", ""])
def test_open_redirect(allow: str, todo_oauth: Mount, ann: User, chatgpt: OAuthClient) -> None:
    """RFC 9700 4.11, 2.1: whatever is asked, answered or forged, leads to a registered URI."""
    for uri in (
        "https://eve.example/",
        "https://chat.openai.com.eve.example/aip/plugin-1/oauth/callback",
        "https://chat.openai.com@eve.example/aip/plugin-1/oauth/callback",
        "https://chat.openai.com/aip/plugin-1/oauth/callback/../../../eve",
        "https://chat.openai.com/aip/plugin-2/oauth/callback",
        "https://chat.openai.com/aip/plugin-1/oauth/callback?next=https://eve.example",
        "http://chat.openai.com/aip/plugin-1/oauth/callback",
        "javascript:alert(1)//",
    ):
        browser = Browser(todo_oauth, ann)
        assert browser.open(chatgpt, redirect_uri=uri).status_code == 400
        forged = browser.answer(browser.open(chatgpt), allow=allow, redirect_uri=uri)
        assert forged.status_code == 400
        assert "Location" not in forged


def test_a_redirect_without_a_person(todo_oauth: Mount, eves_client: OAuthClient) -> None:
    """RFC 9700 4.11.2: errors too send people off only after they have signed in."""
    response = Browser(todo_oauth).open(eves_client, scope="nonsense")
    assert response["Location"].startswith("/accounts/login/")


def test_csrf_on_consent_forged_post(todo_oauth: Mount, ann: User, chatgpt: OAuthClient) -> None:
    """RFC 9700 4.7, RFC 6749 10.12: nobody agrees by visiting Eve's page."""
    browser = Browser(todo_oauth, ann)
    fields = Form(browser.open(chatgpt).text).fields
    del fields["csrfmiddlewaretoken"]
    victim = Client(enforce_csrf_checks=True, headers={"origin": "https://eve.example"})
    victim.force_login(ann)
    response = victim.post("/todo-oauth/oauth", {**fields, "allow": "True"})
    assert response.status_code == 403
    assert not Grant.objects.exists()


def test_csrf_without_state(todo_oauth: Mount, ann: User, chatgpt: OAuthClient) -> None:
    """RFC 9700 4.7.1: a request without state gets an answer without one, never a made-up one."""
    browser = Browser(todo_oauth, ann)
    assert "state" not in sent_back(browser.answer(browser.open(chatgpt, state=None)))


def test_agreeing_is_never_a_get(todo_oauth: Mount, ann: User, chatgpt: OAuthClient) -> None:
    """RFC 6749 10.12."""
    page = Browser(todo_oauth, ann).open(chatgpt, allow="True")
    assert page.status_code == 200
    assert not Grant.objects.exists()


def test_clickjacking(todo_oauth: Mount, ann: User, chatgpt: OAuthClient) -> None:
    """RFC 9700 4.16, RFC 6749 10.13."""
    page = Browser(todo_oauth, ann).open(chatgpt)
    assert page["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]


def test_mix_up(either: Mount, ann: User, chatgpt: OAuthClient) -> None:
    """RFC 9700 4.4, RFC 9207: every answer names its issuer, and the metadata says so."""
    metadata = either.get("/.well-known/oauth-authorization-server").json()
    assert metadata["authorization_response_iss_parameter_supported"] is True
    browser = Browser(either, ann)
    assert sent_back(browser.open(chatgpt, scope="nonsense"))["iss"] == metadata["issuer"]
    refused = browser.answer(browser.open(chatgpt), allow="")
    assert sent_back(refused)["iss"] == metadata["issuer"]
    agreed = browser.answer(browser.open(chatgpt))
    assert sent_back(agreed)["iss"] == metadata["issuer"]


@pytest.mark.parametrize("changes", [{}, {"scope": "nonsense"}, {"resource": "https://x.example"}])
@pytest.mark.parametrize("prompt", ["none", "login", "none consent"])
def test_a_redirect_without_a_person_by_prompt(
    either: Mount, chatgpt: OAuthClient, prompt: str, changes: dict[str, str]
) -> None:
    """RFC 9700 4.11.2: no prompt makes the server redirect before somebody signed in."""
    response = Browser(either).open(chatgpt, prompt=prompt, **changes)
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("nonce", ["n" * 300, "\0"])
def test_what_openid_connect_would_store(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient, nonce: str
) -> None:
    """RFC 6749 3.1: parameters that are not known are ignored, in the query and in the form."""
    browser = Browser(todo_oauth, ann)
    page = browser.open(chatgpt, claims="x" * 300, nonce=nonce.replace("\0", "0" * 300))
    assert "code" in sent_back(browser.answer(page, nonce=nonce.replace("\0", "1" * 300)))


def test_a_policy_that_a_client_would_break(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    """RFC 9700 4.16: no registered URI can end the policy of the page, or hide it."""
    odd = ["https://例え.jp/cb", "https://a.example;script-src/cb", "https://a.example,b/cb"]
    chatgpt.application.redirect_uris += " " + " ".join(odd)
    chatgpt.application.save()
    policy = Browser(todo_oauth, ann).open(chatgpt)["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "https://chat.openai.com" in policy
    assert "a.example" not in policy


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("ending", ["disconnect", "replay", "password"])
def test_tokens_that_are_given_while_access_ends(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient, ending: str
) -> None:
    """RFC 9700 4.14.2: what a parallel refresh gives does not outlive the end of access."""
    first = connect(todo_oauth, ann, chatgpt)
    given = [refresh(todo_oauth, chatgpt, first["refresh_token"]).json()]
    enough = threading.Event()

    def go_on_refreshing() -> None:
        try:
            for _ in range(200):
                answer = refresh(mount_of("todo-oauth"), chatgpt, given[-1]["refresh_token"])
                if answer.status_code != 200:
                    break
                given.append(answer.json())
                if len(given) > 4:
                    enough.set()
        finally:
            enough.set()
            connection.close()

    thread = threading.Thread(target=go_on_refreshing)
    thread.start()
    enough.wait()
    if ending == "disconnect":
        Consent.objects.get().end()
    elif ending == "replay":
        refresh(todo_oauth, chatgpt, first["refresh_token"])
    else:
        ann.set_password("another-password")
        ann.save()
    thread.join()
    assert len(given) > 4
    assert not any(opens(todo_oauth, tokens) for tokens in given[-3:])


def test_a_strangers_bad_codes(todo_oauth: Mount, ann: User, chatgpt: OAuthClient) -> None:
    """RFC 6749 10.10: a client that proved itself is not locked out by codes sent to it."""
    tokens = connect(todo_oauth, ann, chatgpt)
    for _ in range(30):
        assert redeem(todo_oauth, chatgpt, "bogus").status_code == 400
    assert refresh(todo_oauth, chatgpt, tokens["refresh_token"]).status_code == 200


def test_scope_beyond_the_form(todo_oauth: Mount, ann: User, chatgpt: OAuthClient) -> None:
    """RFC 6749 3.3: a forged form field gives no scope that there is not."""
    browser = Browser(todo_oauth, ann)
    answer = browser.answer(browser.open(chatgpt), scope="todos:read admin")
    assert sent_back(answer)["error"] == "invalid_scope"


def test_a_credential_in_a_referrer(todo_oauth: Mount, ann: User, chatgpt: OAuthClient) -> None:
    """RFC 9700 4.2.4: pages of the flow tell other sites nothing of their address."""
    assert Browser(todo_oauth, ann).open(chatgpt)["Referrer-Policy"] == "same-origin"


# --- Codes ---


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


def test_public_client_without_pkce(todo_oauth: Mount, ann: User, laptop: OAuthClient) -> None:
    """RFC 9700 2.1.1."""
    answer = sent_back(Browser(todo_oauth, ann).open(laptop))
    assert answer["error"] == "invalid_request"


def test_plain_pkce(todo_oauth: Mount, ann: User, laptop: OAuthClient) -> None:
    """RFC 9700 2.1.1, RFC 7636 4.2: the challenge would be the verifier."""
    for method in ("plain", None, "s256", "S512"):
        answer = sent_back(
            Browser(todo_oauth, ann).open(
                laptop, code_challenge="a" * 43, code_challenge_method=method
            )
        )
        assert answer["error"] == "invalid_request"


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


@pytest.mark.django_db(transaction=True)
def test_two_redemptions_at_once(todo_oauth: Mount, ann: User, chatgpt: OAuthClient) -> None:
    """RFC 6749 4.1.2: at most one of two simultaneous redemptions gives tokens."""
    code = Browser(todo_oauth, ann).agree(chatgpt)
    answers = at_once(lambda: redeem(mount_of("todo-oauth"), chatgpt, code))
    assert sorted(answer.status_code for answer in answers) in ([200, 400], [400, 400])
    assert not any(opens(todo_oauth, a.json()) for a in answers if a.status_code == 200)


@pytest.mark.django_db(transaction=True)
def test_two_refreshes_at_once(todo_oauth: Mount, ann: User, chatgpt: OAuthClient) -> None:
    """RFC 9700 4.14.2: one of two simultaneous refreshes is a replay; the family ends."""
    tokens = connect(todo_oauth, ann, chatgpt)
    answers = at_once(lambda: refresh(mount_of("todo-oauth"), chatgpt, tokens["refresh_token"]))
    assert sorted(answer.status_code for answer in answers) in ([200, 400], [400, 400])
    assert not any(opens(todo_oauth, a.json()) for a in answers if a.status_code == 200)


def at_once(request: Any) -> list[Any]:
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


# --- Tokens ---


def test_refresh_token_replay(todo_oauth: Mount, ann: User, chatgpt: OAuthClient) -> None:
    """RFC 9700 4.14.2: a replayed refresh token ends its whole family."""
    first = connect(todo_oauth, ann, chatgpt)
    second = refresh(todo_oauth, chatgpt, first["refresh_token"]).json()
    third = refresh(todo_oauth, chatgpt, second["refresh_token"]).json()
    assert opens(todo_oauth, third)
    assert error(refresh(todo_oauth, chatgpt, first["refresh_token"])) == "invalid_grant"
    assert not opens(todo_oauth, third)
    assert error(refresh(todo_oauth, chatgpt, third["refresh_token"])) == "invalid_grant"


def test_another_familys_replay_ends_nothing_else(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    """RFC 9700 4.14.2: a family is one grant; Ann's other installation goes on."""
    stolen, other = connect(todo_oauth, ann, chatgpt), connect(todo_oauth, ann, chatgpt)
    refresh(todo_oauth, chatgpt, stolen["refresh_token"])
    refresh(todo_oauth, chatgpt, stolen["refresh_token"])
    assert opens(todo_oauth, other)


def test_wrong_clients_refresh_token(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient, eves_client: OAuthClient
) -> None:
    """RFC 6749 6, 10.4."""
    tokens = connect(todo_oauth, ann, chatgpt)
    stolen = refresh(todo_oauth, eves_client, tokens["refresh_token"])
    assert error(stolen) == "invalid_grant"
    assert refresh(todo_oauth, chatgpt, tokens["refresh_token"]).status_code == 200


def test_scope_escalation_at_refresh(todo_oauth: Mount, ann: User, chatgpt: OAuthClient) -> None:
    """RFC 6749 6."""
    tokens = connect(todo_oauth, ann, chatgpt, scope="todos:read")
    more = refresh(todo_oauth, chatgpt, tokens["refresh_token"], scope="todos:read todos:write")
    assert error(more) == "invalid_scope"
    kept = refresh(todo_oauth, chatgpt, tokens["refresh_token"]).json()
    assert kept["scope"] == "todos:read"


def test_token_in_the_query(todo_oauth: Mount, ann: User, chatgpt: OAuthClient) -> None:
    """RFC 9700 4.3.2, RFC 6750 5.3."""
    token = connect(todo_oauth, ann, chatgpt)["access_token"]
    assert todo_oauth.get(f"/todos/ann?access_token={token}").status_code == 401


def test_a_refresh_token_as_access_token(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    """RFC 6749 1.5."""
    tokens = connect(todo_oauth, ann, chatgpt)
    assert todo_oauth.get("/todos/ann", token=tokens["refresh_token"]).status_code == 401
    assert error(refresh(todo_oauth, chatgpt, tokens["access_token"])) == "invalid_grant"


def test_inactive_person(todo_oauth: Mount, ann: User, chatgpt: OAuthClient) -> None:
    """RFC 9700 4.14.2: no code, token or page of a person who was deactivated works."""
    tokens = connect(todo_oauth, ann, chatgpt)
    browser = Browser(todo_oauth, ann)
    code = browser.agree(chatgpt)
    User.objects.filter(pk=ann.pk).update(is_active=False)  # past every signal
    assert not opens(todo_oauth, tokens)
    assert error(refresh(todo_oauth, chatgpt, tokens["refresh_token"])) == "invalid_grant"
    assert error(redeem(todo_oauth, chatgpt, code)) == "invalid_grant"
    assert browser.open(chatgpt)["Location"].startswith("/accounts/login/")


def test_other_persons_list(either: Mount, ann: User, bob: User, chatgpt: OAuthClient) -> None:
    """RFC 9700 2.3: a token opens what belongs to the person who agreed."""
    tokens = connect(either, ann, chatgpt)
    for method, body in (("GET", None), ("POST", {"todo": "x"}), ("DELETE", {"todo_idx": 0})):
        response = either.call(method, "/todos/bob", body, token=tokens["access_token"])
        assert response.status_code == 403
        assert "'ann'" in response.json()["detail"]


def test_token_of_another_audience(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient, anns_token: str
) -> None:
    """RFC 9700 2.3, RFC 8707: tokens open the plugin that they were issued for."""
    tokens = connect(todo_oauth, ann, chatgpt)
    assert not opens(mount_of("todo-user"), tokens)
    assert not opens(mount_of("todo-service"), tokens)
    assert todo_oauth.get("/todos/ann", token=anns_token).status_code == 401
    for resource in ([], ["plugin://other"], ["plugin://todo-oauth", "plugin://other"]):
        AccessToken.objects.update(resource=resource)
        assert not opens(todo_oauth, tokens)


def test_codes_and_refresh_tokens_of_another_audience(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    """RFC 8707 2.2."""
    tokens = connect(todo_oauth, ann, chatgpt)
    RefreshToken.objects.update(resource=["plugin://other"])
    assert error(refresh(todo_oauth, chatgpt, tokens["refresh_token"])) == "invalid_grant"
    code = Browser(todo_oauth, ann).agree(chatgpt)
    Grant.objects.update(resource=["plugin://other"])
    assert error(redeem(todo_oauth, chatgpt, code)) == "invalid_grant"


# --- Clients ---


def test_client_enumeration(todo_oauth: Mount, chatgpt: OAuthClient) -> None:
    """RFC 6749 5.2: an unknown client and a wrong secret get the same answer."""
    known = exchange(
        todo_oauth, chatgpt, client_secret="x", grant_type="refresh_token", refresh_token="x"
    )
    unknown = exchange(
        todo_oauth, chatgpt, client_id="x", grant_type="refresh_token", refresh_token="x"
    )
    assert known.status_code == unknown.status_code == 401
    assert known.content == unknown.content
    assert dict(known.headers) == dict(unknown.headers)


def test_secret_brute_force(todo_oauth: Mount, chatgpt: OAuthClient, laptop: OAuthClient) -> None:
    """RFC 6749 10.10: guessing stops; another client goes on."""
    guess = {"grant_type": "refresh_token", "refresh_token": "x"}
    for _ in range(20):
        response = exchange(todo_oauth, chatgpt, client_secret="guess", **guess)
        assert error(response) == "invalid_client"
    response = exchange(todo_oauth, chatgpt, **guess)
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 61
    assert exchange(todo_oauth, laptop, **guess).status_code == 400


def test_password_brute_force(todo_oauth: Mount, ann: User, bob: User) -> None:
    """RFC 6749 10.10: guessing stops, with 429; Bob signs in from the same address."""
    browser = Client()
    for _ in range(9):
        guess = browser.post("/accounts/login/", {"username": "ann", "password": "guess"})
        assert guess.status_code == 200
    answer = {"username": "ann", "password": "guess"}
    assert browser.post("/accounts/login/", answer).status_code == 429
    page = browser.post("/accounts/login/", {"username": "ann", "password": "anns-password"})
    assert page.status_code == 429
    assert "Too many attempts" in page.text
    assert browser.post("/admin/login/", answer).status_code == 429
    answer = {"username": "bob", "password": "bobs-password"}
    assert browser.post("/accounts/login/", answer).status_code == 302


def test_an_access_token_is_hard_to_guess(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    """RFC 6749 10.10: at least 160 bits."""
    tokens = connect(todo_oauth, ann, chatgpt)
    for secret in (tokens["access_token"], tokens["refresh_token"]):
        assert re.fullmatch(r"[A-Za-z0-9]{30,}", secret)  # 62 ** 30 is about 2 ** 178
