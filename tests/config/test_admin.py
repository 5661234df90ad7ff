"""What an operator sees in the admin."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client

from oauth_demo.models import Token
from tests.conftest import Mount
from todos.models import Todo, TodoList

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("operator"))
    return client


@pytest.fixture
def todos() -> None:
    TodoList("todo", "ann").add("Buy milk")
    TodoList("todo-user", "ann").add("Buy bread")
    TodoList("todo-user", "bob").add("Sell bread")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"Buy milk", "Buy bread", "Sell bread"}),
        ("?q=bread", {"Buy bread", "Sell bread"}),
        ("?q=bob", {"Sell bread"}),
        ("?store=todo-user", {"Buy bread", "Sell bread"}),
        ("?username=ann", {"Buy milk", "Buy bread"}),
        ("?store=todo-user&username=ann", {"Buy bread"}),
    ],
)
def test_todos_are_found_by_text_plugin_and_username(
    operator: Client, todos: None, query: str, expected: set[str]
) -> None:
    page = operator.get(f"/admin/todos/todo/{query}")
    assert page.status_code == 200
    assert {todo.text for todo in page.context["cl"].result_list} == expected


def test_a_todo_can_be_added_and_changed(operator: Client) -> None:
    data = {"store": "todo", "username": "ann", "text": "Buy milk"}
    assert operator.post("/admin/todos/todo/add/", data).status_code == 302
    todo = Todo.objects.get()
    operator.post(f"/admin/todos/todo/{todo.pk}/change/", {**data, "text": "Buy tea"})
    assert TodoList("todo", "ann").texts() == ["Buy tea"]


def test_an_operator_revokes_tokens(
    operator: Client, todo_service: Mount, service_token: str
) -> None:
    data = {"action": "revoke", "_selected_action": [Token.objects.get().pk]}
    page = operator.post("/admin/oauth_demo/token/", data, follow=True)
    assert "They open nothing now" in page.content.decode()
    assert todo_service.get("/todos/ann", token=service_token).status_code == 401
    assert LogEntry.objects.get().change_message == "Revoked."


def test_saving_a_todo_keeps_its_text(operator: Client) -> None:
    TodoList("todo", "ann").add(" keep\nme ")
    todo = Todo.objects.get()
    path = f"/admin/todos/todo/{todo.pk}/change/"
    form = operator.get(path).context["adminform"].form
    operator.post(path, {**form.initial, "text": form["text"].value()})
    assert TodoList("todo", "ann").texts() == [" keep\nme "]


def test_an_operator_renames_a_token_and_changes_nothing_else(
    operator: Client, service_token: str
) -> None:
    token = Token.objects.get()
    path = f"/admin/oauth_demo/token/{token.pk}/change/"
    operator.post(path, {"name": "Renamed", "plugin": "todo-user", "digest": "0" * 64})
    changed = Token.objects.get()
    assert (changed.name, changed.plugin, changed.digest) == (
        "Renamed",
        "todo-service",
        token.digest,
    )


def test_an_operator_cannot_rename_an_account(operator: Client, ann: User) -> None:
    path = f"/admin/auth/user/{ann.pk}/change/"
    data = {"username": "bob", "date_joined_0": "2026-01-01", "date_joined_1": "00:00:00"}
    assert operator.post(path, data).status_code == 302
    ann.refresh_from_db()
    assert ann.username == "ann"


def test_the_admin_shows_neither_secret_nor_hash(operator: Client, service_token: str) -> None:
    token = Token.objects.get()
    for path in ("", f"{token.pk}/change/"):
        page = operator.get(f"/admin/oauth_demo/token/{path}").content.decode()
        assert token.name in page
        assert service_token not in page and token.digest not in page


def test_tokens_are_not_made_in_the_admin(operator: Client) -> None:
    assert operator.get("/admin/oauth_demo/token/add/").status_code == 403


@pytest.mark.parametrize("path", ["", "todos/todo/", "oauth_demo/token/", "auth/user/"])
def test_the_admin_is_for_staff(ann: User, path: str) -> None:
    client = Client()
    client.force_login(ann)
    assert client.get(f"/admin/{path}").status_code == 302


def test_lists_take_a_constant_number_of_queries(
    operator: Client, ann: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        Token.objects.issue(plugin="todo-user", name=f"{number}", user=ann)
        TodoList("todo", f"user {number}").add("Buy milk")
    for path in ("todos/todo/", "oauth_demo/token/"):
        with django_assert_max_num_queries(9):
            operator.get(f"/admin/{path}")
