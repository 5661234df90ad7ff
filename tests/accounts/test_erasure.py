"""A person, or a client, goes with all that belongs to them; what that is, is said before."""

import re
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils.html import strip_tags
from oauth2_provider.models import AccessToken, Application, RefreshToken

from oauth_demo.models import Consent, Token
from simulator.models import InstalledPlugin
from tests.conftest import Mount, mount_of
from tests.oauth.conftest import OAuthClient, connect, register
from todos.models import TodoList

pytestmark = pytest.mark.django_db
SURE = {"post": "yes"}


@pytest.fixture
def operator() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("operator"))
    return client


@pytest.fixture
def todo_oauth() -> Mount:
    return mount_of("todo-oauth")


@pytest.fixture
def chatgpt() -> OAuthClient:
    return register("ChatGPT", "https://a.example/callback")


@pytest.fixture
def anns_access(todo_oauth: Mount, ann: User, chatgpt: OAuthClient, anns_token: str) -> str:
    """Ann has something of every kind; what she connected can call."""
    access: str = connect(todo_oauth, ann, chatgpt)["access_token"]
    TodoList("todo-oauth", "ann").add("Buy milk")
    TodoList("todo-oauth", "ann").add("Buy bread")
    TodoList("todo-user", "ann").add("Sell bread")
    TodoList("todo", "ann").add("Written by anybody")
    InstalledPlugin.objects.create(owner=ann, name="Mine", address="https://a.example", kind="mcp")
    Application.objects.create(name="Console", user=ann, redirect_uris="https://a.example/")
    return access


def words(page: Any) -> str:
    assert page.status_code == 200
    return " ".join(strip_tags(page.text).split())


def test_what_goes_with_a_person_is_listed_before(
    operator: Client, ann: User, anns_access: str
) -> None:
    said = words(operator.get(f"/admin/auth/user/{ann.pk}/delete/"))
    for each in (
        "1 personal token",
        "1 connected app",
        "1 access token",
        "1 refresh token",
        "1 OAuth client",
        "2 todos in TODO List (OAuth)",
        "1 todo in TODO List (personal)",
        "1 installed plugin",
    ):
        assert each in said
    assert said.count("in TODO List") == 2  # what anybody may write to is nobody's
    assert "No, take me back" in said and "would require deleting" not in said


def test_a_superuser_deletes_a_person_who_connected_an_app(
    operator: Client, todo_oauth: Mount, ann: User, anns_access: str
) -> None:
    assert todo_oauth.get("/todos/me", token=anns_access).status_code == 200
    operator.post(f"/admin/auth/user/{ann.pk}/delete/", SURE)
    assert not User.objects.filter(username="ann").exists()
    for model in (Token, Consent, AccessToken, RefreshToken, InstalledPlugin):
        assert not model.objects.exists()
    assert Application.objects.get().name == "ChatGPT"
    assert todo_oauth.get("/todos/me", token=anns_access).status_code == 401
    assert [TodoList(store, "ann").texts() for store in ("todo-oauth", "todo-user")] == [[], []]
    assert TodoList("todo", "ann").texts() == ["Written by anybody"]


def test_a_superuser_deletes_several_people_at_once(
    operator: Client, ann: User, bob: User, anns_access: str, bobs_token: str
) -> None:
    data = {"action": "delete_selected", "_selected_action": [ann.pk, bob.pk]}
    said = words(operator.post("/admin/auth/user/", data))
    assert "2 todos in TODO List (OAuth)" in said
    operator.post("/admin/auth/user/", data | SURE)
    assert User.objects.get().username == "operator"
    assert not Token.objects.exists()


def test_who_may_only_look_at_people_deletes_none(ann: User, bob: User) -> None:
    bob.is_staff = True
    bob.save()
    bob.user_permissions.add(Permission.objects.get(codename="view_user"))
    client = Client()
    client.force_login(bob)
    assert client.post(f"/admin/auth/user/{ann.pk}/delete/", SURE).status_code == 403
    assert User.objects.filter(username="ann").exists()


def test_a_client_that_is_used_can_be_deleted(
    operator: Client, todo_oauth: Mount, anns_access: str, chatgpt: OAuthClient
) -> None:
    path = f"/admin/oauth2_provider/application/{chatgpt.application.pk}/delete/"
    said = words(operator.get(path))
    assert "1 person is connected by it" in said and "1 live refresh token," in said
    operator.post(path, SURE)
    assert not Application.objects.filter(pk=chatgpt.application.pk).exists()
    assert not Consent.objects.exists()
    assert todo_oauth.get("/todos/me", token=anns_access).status_code == 401


def test_a_persons_page_leads_to_all_that_is_kept_of_them(
    operator: Client, ann: User, anns_access: str
) -> None:
    page = operator.get(f"/admin/auth/user/{ann.pk}/change/").text
    links = set(re.findall(r'href="(/admin/[a-z_0-9]+/[a-z_0-9]+/\?[^"]+)"', page))
    assert len(links) >= 8
    for link in links:
        listed = operator.get(link.replace("&amp;", "&"))
        assert listed.status_code == 200, link
        assert listed.context["cl"].result_count >= 1, link


def test_failed_sign_ins_go_with_the_account(settings: Any, ann: User) -> None:
    settings.AXES_ENABLED = True
    Client().post("/accounts/login/", {"username": "ann", "password": "wrong"})
    assert AccessAttempt.objects.count() == 1
    ann.delete()
    assert not AccessAttempt.objects.exists()
