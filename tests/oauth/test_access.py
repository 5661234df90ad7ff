"""How access begins, goes on and ends: refresh, revocation, disconnecting, leaving."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import AccessToken, Grant, RefreshToken
from pytest_django import Settings

from oauth_demo.credentials import find_access_token
from oauth_demo.hashers import ClientSecretHasher
from oauth_demo.models import NOTED, Consent
from tests.conftest import Mount
from tests.oauth.conftest import (
    Browser,
    OAuthClient,
    connect,
    let_the_grace_pass,
    redeem,
    refresh,
    revoke,
)


def opens(mount: Mount, tokens: dict[str, Any]) -> bool:
    return bool(mount.get("/todos/ann", token=tokens["access_token"]).status_code == 200)


def refreshes(mount: Mount, client: OAuthClient, tokens: dict[str, Any]) -> bool:
    return bool(refresh(mount, client, tokens["refresh_token"]).status_code == 200)


def test_the_whole_story(either: Mount, chatgpt: OAuthClient) -> None:
    browser = Browser(either)
    auth = either.get("/.well-known/ai-plugin.json").json()["auth"]
    assert auth["client_url"] == f"{either.url}/oauth"
    signup = browser.open(chatgpt, scope=auth["scope"])["Location"].replace("/login/", "/signup/")
    password = "a-Long-passphrase-1"
    response = browser.client.post(
        signup, {"username": "carol", "password1": password, "password2": password}
    )
    response = browser.answer(browser.client.get(response["Location"]))
    code = response["Location"].split("code=")[1].split("&")[0]
    tokens = redeem(either, chatgpt, code).json()
    added = either.post("/todos/carol", {"todo": "Buy milk"}, token=tokens["access_token"])
    assert added.json() == {"todo": "Buy milk"}
    renewed = refresh(either, chatgpt, tokens["refresh_token"]).json()
    listed = either.get("/todos/carol", token=renewed["access_token"])
    assert listed.json() == {"todos": ["Buy milk"]}
    let_the_grace_pass()
    assert refresh(either, chatgpt, tokens["refresh_token"]).status_code == 400
    assert either.get("/todos/carol", token=renewed["access_token"]).status_code == 401
    tokens = redeem(either, chatgpt, browser.agree(chatgpt)).json()
    assert either.get("/todos/carol", token=tokens["access_token"]).status_code == 200
    browser.client.post(f"/accounts/apps/{Consent.objects.get().pk}/disconnect/")
    refused = either.get("/todos/carol", token=tokens["access_token"])
    assert refused.status_code == 401
    assert 'error="invalid_token"' in refused["WWW-Authenticate"]


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
def test_revoking_either_token_ends_both(
    which: str, either: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    """RFC 7009 section 2.1."""
    tokens = connect(either, ann, chatgpt)
    response = revoke(either, chatgpt, token=tokens[which])
    assert response.status_code == 200
    assert not opens(either, tokens)
    assert not refreshes(either, chatgpt, tokens)


def test_revoking_an_unknown_token_is_no_error(todo_oauth: Mount, chatgpt: OAuthClient) -> None:
    """RFC 7009 section 2.2."""
    assert revoke(todo_oauth, chatgpt, token="unknown").status_code == 200


def test_nobody_revokes_another_clients_token(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient, eves_client: OAuthClient
) -> None:
    """RFC 7009 section 2.1."""
    tokens = connect(todo_oauth, ann, chatgpt)
    revoke(todo_oauth, eves_client, token=tokens["access_token"])
    assert opens(todo_oauth, tokens)
    assert revoke(todo_oauth, chatgpt, token="x", client_secret="wrong").status_code == 401


def test_disconnecting_ends_access_at_once(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient, eves_client: OAuthClient
) -> None:
    tokens, others = connect(todo_oauth, ann, chatgpt), connect(todo_oauth, ann, eves_client)
    browser = Browser(todo_oauth, ann)
    code = browser.agree(chatgpt)
    page = browser.client.get("/accounts/apps/")
    assert "ChatGPT" in page.text
    assert "See the todos on your list" in page.text
    consent = Consent.objects.get(application=chatgpt.application)
    response = browser.client.post(f"/accounts/apps/{consent.pk}/disconnect/", follow=True)
    assert "ChatGPT was disconnected" in response.text
    assert not opens(todo_oauth, tokens)
    assert not refreshes(todo_oauth, chatgpt, tokens)
    assert redeem(todo_oauth, chatgpt, code).status_code == 400
    assert browser.open(chatgpt).status_code == 200  # asked again
    assert opens(todo_oauth, others)


def test_nobody_disconnects_for_another(
    todo_oauth: Mount, ann: User, bob: User, chatgpt: OAuthClient
) -> None:
    tokens = connect(todo_oauth, ann, chatgpt)
    browser = Browser(todo_oauth, bob).client
    assert "ChatGPT" not in browser.get("/accounts/apps/").text
    consent = Consent.objects.get()
    assert browser.post(f"/accounts/apps/{consent.pk}/disconnect/").status_code == 404
    assert Client().post(f"/accounts/apps/{consent.pk}/disconnect/").status_code == 302
    assert browser.get(f"/accounts/apps/{consent.pk}/disconnect/").status_code == 405
    assert opens(todo_oauth, tokens)


def test_connected_apps_tell_when_an_app_was_last_used(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    Browser(todo_oauth, ann).agree(chatgpt)
    assert Consent.objects.get().last_used is None
    tokens = connect(todo_oauth, ann, chatgpt)
    given = Consent.objects.get().last_used
    assert given
    assert opens(todo_oauth, tokens)
    called = Consent.objects.get().last_used
    assert called and called > given
    cache.clear()
    assert opens(todo_oauth, tokens)  # which is not noted: a call of the last minute was
    assert Consent.objects.get().last_used == given
    NOTED.clear()
    assert opens(todo_oauth, tokens)
    assert Consent.objects.get().last_used != given


@pytest.mark.parametrize("how", ["deactivated", "new password", "own password change"])
def test_leaving_ends_access(
    how: str, todo_oauth: Mount, ann: User, bob: User, chatgpt: OAuthClient
) -> None:
    tokens = connect(todo_oauth, ann, chatgpt)
    bobs = connect(todo_oauth, bob, chatgpt)
    Browser(todo_oauth, ann).agree(chatgpt)
    if how == "deactivated":
        ann.is_active = False
        ann.save()
    elif how == "new password":
        ann.set_password("another-password")
        ann.save()
    else:
        browser = Browser(todo_oauth, ann).client
        new = "a-Long-passphrase-2"
        answer = {"old_password": "anns-password", "new_password1": new, "new_password2": new}
        assert browser.post("/accounts/password/", answer).status_code == 302
    User.objects.filter(pk=ann.pk).update(is_active=True)  # coming back brings nothing back
    assert not opens(todo_oauth, tokens)
    assert not refreshes(todo_oauth, chatgpt, tokens)
    assert not Grant.objects.filter(user=ann).exists()
    assert Browser(todo_oauth, User.objects.get(pk=ann.pk)).open(chatgpt).status_code == 200
    assert todo_oauth.get("/todos/bob", token=bobs["access_token"]).status_code == 200


def test_signing_in_ends_nothing(todo_oauth: Mount, ann: User, chatgpt: OAuthClient) -> None:
    """Not even when Django renews the hash of the password on the way."""
    tokens = connect(todo_oauth, ann, chatgpt)
    weak = ClientSecretHasher().encode("anns-password", "salt")
    User.objects.filter(pk=ann.pk).update(password=weak)
    answer = {"username": "ann", "password": "anns-password"}
    assert Client().post("/accounts/login/", answer).status_code == 302
    ann.refresh_from_db()
    assert ann.password != weak
    assert opens(todo_oauth, tokens)


def test_deleting_an_account_takes_all_of_it(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    tokens = connect(todo_oauth, ann, chatgpt)
    ann.delete()
    assert not opens(todo_oauth, tokens)
    assert not Consent.objects.exists()


def test_an_access_token_expires(todo_oauth: Mount, ann: User, chatgpt: OAuthClient) -> None:
    tokens = connect(todo_oauth, ann, chatgpt)
    AccessToken.objects.update(expires=timezone.now() + timedelta(seconds=2))
    assert opens(todo_oauth, tokens)
    AccessToken.objects.update(expires=timezone.now() - timedelta(seconds=1))
    assert not opens(todo_oauth, tokens)
    assert refreshes(todo_oauth, chatgpt, tokens)


def test_an_idle_refresh_token_expires(todo_oauth: Mount, ann: User, chatgpt: OAuthClient) -> None:
    tokens = connect(todo_oauth, ann, chatgpt)
    AccessToken.objects.update(expires=timezone.now() - timedelta(days=31))
    assert not refreshes(todo_oauth, chatgpt, tokens)


def test_clearing_removes_what_expired_and_keeps_what_detects_replay(
    todo_oauth: Mount, ann: User, bob: User, chatgpt: OAuthClient
) -> None:
    old = connect(todo_oauth, ann, chatgpt)
    kept = connect(todo_oauth, bob, chatgpt)
    new = refresh(todo_oauth, chatgpt, kept["refresh_token"]).json()
    AccessToken.objects.filter(user=ann).update(expires=timezone.now() - timedelta(days=31))
    Browser(todo_oauth, ann).agree(chatgpt)
    Grant.objects.update(expires=timezone.now() - timedelta(hours=1))
    call_command("cleartokens")
    assert not AccessToken.objects.filter(user=ann).exists()
    assert not RefreshToken.objects.filter(user=ann).exists()
    assert not Grant.objects.exists()
    assert not refreshes(todo_oauth, chatgpt, old)
    assert todo_oauth.get("/todos/bob", token=new["access_token"]).status_code == 200
    let_the_grace_pass()
    refresh(todo_oauth, chatgpt, kept["refresh_token"])
    assert todo_oauth.get("/todos/bob", token=new["access_token"]).status_code == 401


def test_connected_apps_tell_which_hold_access(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    tokens = connect(todo_oauth, ann, chatgpt)
    browser = Browser(todo_oauth, ann).client
    assert "no access now" not in browser.get("/accounts/apps/").text
    revoke(todo_oauth, chatgpt, token=tokens["refresh_token"])
    assert "no access now" in browser.get("/accounts/apps/").text


def test_a_cache_that_is_away_stops_nobody(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient, settings: Settings
) -> None:
    away = {"BACKEND": "django.core.cache.backends.redis.RedisCache"}
    settings.CACHES = {"default": {**away, "LOCATION": "redis://127.0.0.1:1"}}
    code = Browser(todo_oauth, ann).agree(chatgpt)
    assert redeem(todo_oauth, chatgpt, "wrong").status_code == 400
    tokens = redeem(todo_oauth, chatgpt, code).json()
    assert find_access_token(tokens["access_token"], plugin="todo-oauth")


def test_a_password_that_is_taken_away_ends_access(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    tokens = connect(todo_oauth, ann, chatgpt)
    ann.set_unusable_password()
    ann.save()
    assert todo_oauth.get("/todos/ann", token=tokens["access_token"]).status_code == 401


def test_a_well_known_path_leads_to_plugins_alone(db: None) -> None:
    client = Client()
    assert client.get("/.well-known/oauth-authorization-server/todo-oauth").status_code == 200
    for path in ("x/admin", "x/accounts", "nothing/todo"):
        assert client.get(f"/.well-known/{path}").status_code == 404
