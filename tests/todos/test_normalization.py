"""A name is one name, however its letters were composed."""

import logging
import unicodedata
from importlib import import_module
from urllib.parse import quote

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from oauth_demo.models import Token
from tests.conftest import TODO_PLUGINS, Mount
from todos.models import Todo

COMPOSED = "josé"
DECOMPOSED = unicodedata.normalize("NFD", COMPOSED)
SPELLINGS = [COMPOSED, DECOMPOSED]
pytestmark = [pytest.mark.django_db, pytest.mark.database]


def path(username: str) -> str:
    return f"/todos/{quote(username)}"


@pytest.mark.parametrize("plugin", ["todo"], indirect=True)
@pytest.mark.parametrize("written", SPELLINGS)
@pytest.mark.parametrize("read", SPELLINGS)
def test_one_list_has_one_name(mount: Mount, written: str, read: str) -> None:
    assert mount.post(path(written), {"todo": DECOMPOSED}).status_code == 200
    assert mount.get(path(read)).json() == {"todos": [DECOMPOSED]}  # a text stays as it was written
    assert mount.delete(path(read), {"todo_idx": 0}).status_code == 200


@pytest.mark.parametrize("plugin", TODO_PLUGINS, indirect=True)
@pytest.mark.parametrize("signed_up", SPELLINGS)
def test_a_persons_own_list_opens_by_either_spelling(
    mount: Mount, signed_up: str, client: Client
) -> None:
    if not (mount.plugin.auth.tokens_by_hand and mount.plugin.auth.callers == "people"):
        return
    form = {"username": signed_up, "password1": "many-letters-1", "password2": "many-letters-1"}
    assert client.post("/accounts/signup/", form).status_code == 302
    user = User.objects.get(username=COMPOSED)
    secret = Token.objects.issue(plugin=mount.plugin.slug, name="a", user=user)[1]
    for spelling in (*SPELLINGS, "me"):
        assert mount.post(path(spelling), {"todo": "x"}, token=secret).status_code == 200
    assert len(mount.get("/todos/me", token=secret).json()["todos"]) == 3
    assert mount.get(path("jose"), token=secret).status_code == 403


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_either_spelling_signs_in_and_is_given_a_token(spelling: str, client: Client) -> None:
    User.objects.create_user(COMPOSED, password="many-letters-1")
    form = {"username": spelling, "password": "many-letters-1"}
    assert client.post("/accounts/login/", form).status_code == 302
    call_command("create_user_token", spelling, plugin="todo-user", name="a")
    assert Token.objects.get().user == User.objects.get()


def test_a_token_of_another_spelling_opens_nobodys_list(todo_user: Mount) -> None:
    User.objects.create_user(COMPOSED)
    other = User.objects.create(username=DECOMPOSED)  # past Django's own normalisation
    _, secret = Token.objects.issue(plugin="todo-user", name="a", user=other)
    for spelling in (*SPELLINGS, "me"):
        assert todo_user.get(path(spelling), token=secret).status_code == 403


# --- What was there before ---------------------------------------------------------------


def migrate(module: str) -> None:
    import_module(module).compose(apps, None)


def migrate_todos() -> None:
    app, _, _ = Todo.__module__.rpartition(".")
    migrate(f"{app}.migrations.0002_compose_usernames")


def add(username: str, *texts: str, store: str = "todo") -> None:
    for text in texts:
        Todo.objects.create(store=store, username=username, text=text)


def test_a_list_moves_to_the_name_it_is_looked_for_by(todo: Mount) -> None:
    add(DECOMPOSED, "one", "two")
    add("ann", "three")
    migrate_todos()
    migrate_todos()
    assert todo.get(path(COMPOSED)).json() == {"todos": ["one", "two"]}
    assert todo.get(path("ann")).json() == {"todos": ["three"]}


def test_two_lists_of_one_name_become_one_and_it_is_told(
    todo: Mount, caplog: pytest.LogCaptureFixture
) -> None:
    add(COMPOSED, "one")
    add(DECOMPOSED, "two")
    add(COMPOSED, "three")
    with caplog.at_level(logging.WARNING):
        migrate_todos()
    assert todo.get(path(COMPOSED)).json() == {"todos": ["one", "two", "three"]}
    assert "had two lists" in caplog.text
    assert "2 and 1" in caplog.text


def test_an_account_is_named_as_it_is_looked_for() -> None:
    user = User.objects.create(username=DECOMPOSED)
    add(DECOMPOSED, "mine", store="todo-user")
    for move in (migrate_todos, lambda: migrate("accounts.migrations.0001_compose_usernames")):
        move()
    user.refresh_from_db()
    assert user.username == COMPOSED
    assert Todo.objects.get().username == COMPOSED


def test_two_people_keep_what_is_their_own_and_it_is_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    for username in SPELLINGS:
        User.objects.create(username=username)
        add(username, f"of {username}", store="todo-user")
    with caplog.at_level(logging.WARNING):
        migrate("accounts.migrations.0001_compose_usernames")
        migrate_todos()
    assert {user.username for user in User.objects.all()} == set(SPELLINGS)
    for todo in Todo.objects.all():
        assert todo.text == f"of {todo.username}"
    assert "Two accounts are named" in caplog.text
    assert "stays as it is" in caplog.text
