"""Attacks on the authorization request and its answer, each with the section that describes it."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from oauth2_provider.models import Grant

from tests.conftest import Mount
from tests.oauth.conftest import (
    Browser,
    Form,
    OAuthClient,
    sent_back,
)


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


@pytest.mark.parametrize("changes", [{}, {"scope": "nonsense"}, {"resource": "https://x.example"}])
@pytest.mark.parametrize("prompt", ["none", "login", "none consent"])
def test_a_redirect_without_a_person_by_prompt(
    either: Mount, chatgpt: OAuthClient, prompt: str, changes: dict[str, str]
) -> None:
    """RFC 9700 4.11.2: no prompt makes the server redirect before somebody signed in."""
    response = Browser(either).open(chatgpt, prompt=prompt, **changes)
    assert response.status_code == 302
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


def test_a_credential_in_a_referrer(todo_oauth: Mount, ann: User, chatgpt: OAuthClient) -> None:
    """RFC 9700 4.2.4: pages of the flow tell other sites nothing of their address."""
    assert Browser(todo_oauth, ann).open(chatgpt)["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("nonce", ["n" * 300, "\0"])
def test_what_openid_connect_would_store(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient, nonce: str
) -> None:
    """RFC 6749 3.1: parameters that are not known are ignored, in the query and in the form."""
    browser = Browser(todo_oauth, ann)
    page = browser.open(chatgpt, claims="x" * 300, nonce=nonce.replace("\0", "0" * 300))
    assert "code" in sent_back(browser.answer(page, nonce=nonce.replace("\0", "1" * 300)))


def test_scope_beyond_the_form(todo_oauth: Mount, ann: User, chatgpt: OAuthClient) -> None:
    """RFC 6749 3.3: a forged form field gives no scope that there is not."""
    browser = Browser(todo_oauth, ann)
    browser.answer(browser.open(chatgpt), scope="todos:read admin")
    assert Grant.objects.get().scope == "todos:read"
    answer = browser.answer(browser.open(chatgpt, prompt="consent"), scope="admin")
    assert sent_back(answer)["error"] == "invalid_scope"


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
