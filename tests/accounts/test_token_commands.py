"""Tokens and clients are listed and revoked from a terminal."""

import json
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from oauth2_provider.models import Application

from oauth_demo.models import Consent, Token
from tests.conftest import Mount, mount_of
from tests.oauth.conftest import OAuthClient, connect, register

pytestmark = pytest.mark.django_db


def run(*args: str) -> str:
    out = StringIO()
    call_command(*args, stdout=out, stderr=out)
    return out.getvalue()


def listed(*args: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(run(*args, "--json"))
    return rows


@pytest.fixture
def todo_oauth() -> Mount:
    return mount_of("todo-oauth")


@pytest.fixture
def chatgpt() -> OAuthClient:
    return register("ChatGPT", "https://a.example/callback")


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ([], {"ChatGPT", "Laptop", "Phone"}),
        (["--plugin", "todo-user"], {"Laptop", "Phone"}),
        (["--username", "ann"], {"Laptop"}),
        (["--name", "Phone"], {"Phone"}),
        (["--plugin", "todo-service", "--all"], {"ChatGPT", "Old"}),
    ],
)
def test_tokens_are_listed(
    service_token: str, anns_token: str, bobs_token: str, options: list[str], names: set[str]
) -> None:
    Token.objects.issue(plugin="todo-service", name="Old")[0].revoke()
    assert {row["name"] for row in listed("list_tokens", *options)} == names


def test_people_read_them_as_a_table_without_a_secret(anns_token: str) -> None:
    text = run("list_tokens")
    assert "Laptop" in text and "live" in text
    assert anns_token not in text and Token.objects.get().digest not in text


def test_a_name_cannot_command_a_terminal(ann: User) -> None:
    Token.objects.issue(plugin="todo-user", name="a\x1b[2Jb", user=ann)
    assert r"a\x1b[2Jb" in run("list_tokens")


def test_a_token_with_an_end_is_made_and_listed() -> None:
    run("create_service_token", "--plugin", "todo-service", "--name", "Short", "--days", "30")
    [row] = listed("list_tokens")
    assert row["expires"]


@pytest.mark.parametrize("way", ["id", "options"])
def test_a_token_is_revoked(todo_user: Mount, anns_token: str, bobs_token: str, way: str) -> None:
    pk = str(Token.objects.get(name="Laptop").pk)
    options = [pk] if way == "id" else ["--plugin", "todo-user", "--username", "ann"]
    assert "Revoked “Laptop” of ann" in run("revoke_token", *options)
    assert todo_user.get("/todos/ann", token=anns_token).status_code == 401
    assert todo_user.get("/todos/bob", token=bobs_token).status_code == 200


def test_several_are_revoked_when_that_is_said(anns_token: str, bobs_token: str) -> None:
    run("revoke_token", "--plugin", "todo-user", "--several")
    assert not Token.objects.live().exists()


def test_clients_are_listed_with_who_is_connected(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient
) -> None:
    connect(todo_oauth, ann, chatgpt)
    register("Unused", "https://b.example/")
    found = {row["name"]: row["people"] for row in listed("list_clients")}
    assert found == {"ChatGPT": 1, "Unused": 0}
    assert [row["name"] for row in listed("list_clients", "--plugin", "todo-oauth")] == ["ChatGPT"]


@pytest.mark.parametrize("delete", [True, False])
def test_a_client_loses_its_access(
    todo_oauth: Mount, ann: User, chatgpt: OAuthClient, delete: bool
) -> None:
    token = connect(todo_oauth, ann, chatgpt)["access_token"]
    assert todo_oauth.get("/todos/me", token=token).status_code == 200
    said = run("revoke_client", "ChatGPT", *(["--delete"] if delete else []))
    assert "for 1 person" in said
    assert todo_oauth.get("/todos/me", token=token).status_code == 401
    assert not Consent.objects.exists()
    assert Application.objects.exists() is not delete
