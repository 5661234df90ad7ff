"""Attacks on access and refresh tokens, each with the section that describes it."""

import re
import threading

import pytest
from django.contrib.auth.models import User
from django.db import connection
from oauth2_provider.models import AccessToken, Grant, RefreshToken
from pytest_django import Settings

from oauth_demo.models import Consent
from tests.conftest import Mount, mount_of
from tests.oauth.conftest import (
    Browser,
    OAuthClient,
    at_once,
    connect,
    error,
    let_the_grace_pass,
    opens,
    redeem,
    refresh,
)


def test_refresh_token_replay(todo_oauth: Mount, ann: User, chatgpt: OAuthClient) -> None:
    """RFC 9700 4.14.2: a replayed refresh token ends its whole family."""
    first = connect(todo_oauth, ann, chatgpt)
    second = refresh(todo_oauth, chatgpt, first["refresh_token"]).json()
    third = refresh(todo_oauth, chatgpt, second["refresh_token"]).json()
    assert opens(todo_oauth, third)
    let_the_grace_pass()
    assert error(refresh(todo_oauth, chatgpt, first["refresh_token"])) == "invalid_grant"
    assert not opens(todo_oauth, third)
    assert error(refresh(todo_oauth, chatgpt, third["refresh_token"])) == "invalid_grant"


@pytest.mark.django_db(transaction=True)
def test_two_refreshes_at_once(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient, settings: Settings
) -> None:
    """RFC 9700 4.14.2: with no grace one of two simultaneous refreshes is a replay."""
    settings.OAUTH_REFRESH_GRACE = 0
    tokens = connect(todo_oauth, ann, chatgpt)
    answers = at_once(lambda: refresh(mount_of("todo-oauth"), chatgpt, tokens["refresh_token"]))
    assert sorted(answer.status_code for answer in answers) in ([200, 400], [400, 400])
    assert not any(opens(todo_oauth, a.json()) for a in answers if a.status_code == 200)


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
        let_the_grace_pass()
        refresh(todo_oauth, chatgpt, first["refresh_token"])
    else:
        ann.set_password("another-password")
        ann.save()
    thread.join()
    assert len(given) > 4
    assert not any(opens(todo_oauth, tokens) for tokens in given[-3:])


def test_another_familys_replay_ends_nothing_else(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    """RFC 9700 4.14.2: a family is one grant; Ann's other installation goes on."""
    stolen, other = connect(todo_oauth, ann, chatgpt), connect(todo_oauth, ann, chatgpt)
    refresh(todo_oauth, chatgpt, stolen["refresh_token"])
    let_the_grace_pass()
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


def test_an_access_token_is_hard_to_guess(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    """RFC 6749 10.10: at least 160 bits."""
    tokens = connect(todo_oauth, ann, chatgpt)
    for secret in (tokens["access_token"], tokens["refresh_token"]):
        assert re.fullmatch(r"[A-Za-z0-9]{30,}", secret)  # 62 ** 30 is about 2 ** 178
