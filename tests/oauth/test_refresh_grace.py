"""A refresh token that comes back at once was not stolen: an answer was lost, or two processes met.

After the grace it is a replay: tests/oauth/test_attacks_tokens.py.
"""

from functools import partial

import pytest
from django.contrib.auth.models import User
from oauth2_provider.models import RefreshToken
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
    pkce,
    redeem,
    refresh,
    revoke,
)


def test_a_lost_answer_is_asked_for_again(either: Mount, ann: User, chatgpt: OAuthClient) -> None:
    first = connect(either, ann, chatgpt)
    lost = refresh(either, chatgpt, first["refresh_token"]).json()
    again = refresh(either, chatgpt, first["refresh_token"])
    assert again.status_code == 200
    assert opens(either, again.json()) and opens(either, lost)
    assert again.json()["scope"] == lost["scope"]
    assert again.json()["refresh_token"] not in (first["refresh_token"], lost["refresh_token"])
    assert refresh(either, chatgpt, again.json()["refresh_token"]).status_code == 200


def test_a_public_client_asks_again_too(todo_oauth: Mount, ann: User, laptop: OAuthClient) -> None:
    verifier, challenge = pkce()
    code = Browser(todo_oauth, ann).agree(laptop, **challenge)
    tokens = redeem(todo_oauth, laptop, code, code_verifier=verifier).json()
    for _ in range(3):
        assert refresh(todo_oauth, laptop, tokens["refresh_token"]).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_two_processes_that_refresh_at_once_both_go_on(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    tokens = connect(todo_oauth, ann, chatgpt)
    for _ in range(5):
        ask = partial(refresh, mount_of("todo-oauth"), chatgpt, tokens["refresh_token"])
        answers = at_once(ask)
        assert [answer.status_code for answer in answers] == [200, 200]
        one, other = (answer.json() for answer in answers)
        assert opens(todo_oauth, one) and opens(todo_oauth, other)
        assert refresh(todo_oauth, chatgpt, other["refresh_token"]).status_code == 200
        tokens = one
    assert RefreshToken.objects.values("token_family").distinct().count() == 1


def test_a_process_that_lags_behind_is_served_after_the_other_went_on(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    first = connect(todo_oauth, ann, chatgpt)
    second = refresh(todo_oauth, chatgpt, first["refresh_token"]).json()
    third = refresh(todo_oauth, chatgpt, second["refresh_token"]).json()
    late = refresh(todo_oauth, chatgpt, first["refresh_token"])
    assert late.status_code == 200 and opens(todo_oauth, late.json())
    assert opens(todo_oauth, third)


def test_what_came_of_either_answer_ends_at_a_replay(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    """RFC 9700 section 4.14.2."""
    first = connect(todo_oauth, ann, chatgpt)
    pairs = [refresh(todo_oauth, chatgpt, first["refresh_token"]).json() for _ in range(2)]
    let_the_grace_pass()
    assert error(refresh(todo_oauth, chatgpt, first["refresh_token"])) == "invalid_grant"
    assert not any(opens(todo_oauth, pair) for pair in pairs)
    for pair in pairs:
        assert error(refresh(todo_oauth, chatgpt, pair["refresh_token"])) == "invalid_grant"


def test_without_a_grace_the_second_is_a_replay(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient, settings: Settings
) -> None:
    settings.OAUTH_REFRESH_GRACE = 0
    first = connect(todo_oauth, ann, chatgpt)
    second = refresh(todo_oauth, chatgpt, first["refresh_token"]).json()
    assert error(refresh(todo_oauth, chatgpt, first["refresh_token"])) == "invalid_grant"
    assert not opens(todo_oauth, second)


@pytest.mark.parametrize("ending", ["disconnect", "password", "access_token", "refresh_token"])
def test_what_was_ended_does_not_come_back(
    ending: str, todo_oauth: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    """RFC 7009 section 2.1: at once, and for all that was given with it."""
    first = connect(todo_oauth, ann, chatgpt)
    second = refresh(todo_oauth, chatgpt, first["refresh_token"]).json()
    beside = refresh(todo_oauth, chatgpt, first["refresh_token"]).json()
    if ending == "disconnect":
        Consent.objects.get().end()
    elif ending == "password":
        ann.set_password("another-password")
        ann.save()
    else:
        revoke(todo_oauth, chatgpt, token=second[ending])
    for spent in (first, second, beside):
        assert error(refresh(todo_oauth, chatgpt, spent["refresh_token"])) == "invalid_grant"
    assert not opens(todo_oauth, second) and not opens(todo_oauth, beside)


def test_revoking_a_spent_token_ends_what_came_of_it(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    """RFC 7009 section 2.1: the client that lost the answer knows no other."""
    first = connect(todo_oauth, ann, chatgpt)
    second = refresh(todo_oauth, chatgpt, first["refresh_token"]).json()
    assert revoke(todo_oauth, chatgpt, token=first["refresh_token"]).status_code == 200
    assert not opens(todo_oauth, second)


def test_nobody_elses_spent_token_is_served(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient, eves_client: OAuthClient
) -> None:
    """RFC 6749 section 6, RFC 9700 section 4.14.2."""
    first = connect(todo_oauth, ann, chatgpt)
    second = refresh(todo_oauth, chatgpt, first["refresh_token"]).json()
    assert error(refresh(todo_oauth, eves_client, first["refresh_token"])) == "invalid_grant"
    assert not opens(todo_oauth, second)


def test_a_spent_token_of_a_deactivated_person_is_refused(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    first = connect(todo_oauth, ann, chatgpt)
    refresh(todo_oauth, chatgpt, first["refresh_token"])
    User.objects.filter(pk=ann.pk).update(is_active=False)  # past every signal
    assert error(refresh(todo_oauth, chatgpt, first["refresh_token"])) == "invalid_grant"


def test_asking_again_never_widens(todo_oauth: Mount, ann: User, chatgpt: OAuthClient) -> None:
    """RFC 6749 section 6: the first refresh gave part of the scopes away."""
    first = connect(todo_oauth, ann, chatgpt)
    refresh(todo_oauth, chatgpt, first["refresh_token"], scope="todos:read")
    again = refresh(todo_oauth, chatgpt, first["refresh_token"])
    assert again.json()["scope"] == "todos:read"
    more = refresh(todo_oauth, chatgpt, first["refresh_token"], scope="todos:write")
    assert error(more) == "invalid_scope"
