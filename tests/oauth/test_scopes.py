"""Which scopes are granted of those that clients ask for, and how they are told."""

import pytest
from django.contrib.auth.models import User

from oauth_demo.scopes import separated
from tests.conftest import Mount
from tests.oauth.conftest import SCOPES, Browser, OAuthClient, connect, refresh, sent_back


@pytest.mark.parametrize(
    ("asked", "granted"),
    [
        (SCOPES, SCOPES),
        ("todos:write todos:read", SCOPES),
        ("todos:read todos:read", "todos:read"),
        ("todos:read offline_access openid", "todos:read"),
        ("todos:read,todos:write", SCOPES),
        ("todos:read, todos:write", SCOPES),
        ("todos:read,offline_access", "todos:read"),
        (",todos:write,", "todos:write"),
        ("", SCOPES),
        ("  ", SCOPES),
        (None, SCOPES),
    ],
)
def test_the_known_ones_are_granted_and_the_answer_says_so(
    asked: str | None, granted: str, either: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    """RFC 6749 sections 3.3 and 5.1."""
    tokens = connect(either, ann, chatgpt, scope=asked)
    assert set(tokens["scope"].split()) == set(granted.split())
    assert tokens["refresh_token"]
    again = refresh(either, chatgpt, tokens["refresh_token"]).json()
    assert set(again["scope"].split()) == set(granted.split())


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ("offline_access", "offline_access"),
        ("openid profile", "openid, profile"),
        ("a,b", "a, b"),
        ('ad"min\\ ünit', "ad?min?, ?nit"),
        ("a b c d e f g", "a, b, c, d, e"),
        ("x" * 1000, "x" * 40),
    ],
)
def test_where_none_is_known_the_client_is_told_which_there_are(
    asked: str, named: str, todo_oauth: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    back = sent_back(Browser(todo_oauth, ann).open(chatgpt, scope=asked))
    assert back["error"] == "invalid_scope"
    assert back["error_description"] == (
        f"No scope is known here by the name {named}. Known scopes are: {SCOPES}. Ask for these, "
        "separated by spaces, or name none to ask for all."
    )


def test_a_refresh_understands_commas_too(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    tokens = connect(todo_oauth, ann, chatgpt)
    answer = refresh(todo_oauth, chatgpt, tokens["refresh_token"], scope="todos:read,openid")
    assert answer.json()["scope"] == "todos:read"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("todos:write", "This refresh token has the scopes: todos:read. It gives no more."),
        ("admin", f"No scope is known here by the name admin. Known scopes are: {SCOPES}."),
    ],
)
def test_a_refresh_says_why_it_gives_no_scope(
    asked: str, said: str, todo_oauth: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    tokens = connect(todo_oauth, ann, chatgpt, scope="todos:read")
    answer = refresh(todo_oauth, chatgpt, tokens["refresh_token"], scope=asked)
    assert answer.status_code == 400 and answer.json()["error"] == "invalid_scope"
    assert answer.json()["error_description"].startswith(said)


def test_a_scope_whose_name_has_a_comma_stays_whole() -> None:
    """RFC 6749 section 3.3 allows one."""
    assert separated(["a,b", "a,c"], known=["a,b"]) == ["a,b", "a", "c"]
