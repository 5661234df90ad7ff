"""Calls are counted by plugin, operation and outcome, at no statement of their own."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from api.notes import Tally, writer
from oauth_demo.models import Token
from plugins import usage
from plugins.models import Usage
from tests.conftest import Mount
from tests.plugins.mcp_client import ERAS, ask, call
from todos.models import TodoList

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    usage.calls.take()
    usage.unwritten.clear()


def written() -> set[tuple[str, str, str, int]]:
    writer.write()
    return set(Usage.objects.values_list("plugin", "operation", "outcome", "number"))


@pytest.mark.parametrize("short_way", [True, False])
def test_every_call_is_counted_whichever_way_it_came(
    settings: Any, todo: Mount, short_way: bool
) -> None:
    settings.SHORT_WAY = short_way
    for _ in range(3):
        todo.get("/todos/ann")
    todo.post("/todos/ann", {"todo": "Buy milk"})
    todo.post("/todos/ann", {"todos": 3})
    assert written() == {
        ("todo", "GET todos", "done", 3),
        ("todo", "POST todos", "done", 1),
        ("todo", "POST todos", "wrong", 1),
    }


def test_a_refusal_is_counted_apart(todo_user: Mount) -> None:
    todo_user.get("/todos/ann")
    assert written() == {("todo-user", "GET todos", "refused", 1)}


@pytest.mark.parametrize("era", ERAS)
def test_a_tool_is_counted_as_what_it_calls(todo: Mount, era: str) -> None:
    call(todo, "getTodos", {"username": "ann"}, era=era)
    call(todo, "deleteTodo", {"username": "ann", "todo_idx": 3}, era=era)
    ask(todo, "tools/list", era=era)
    assert written() == {("todo", "GET todos", "done", 1), ("todo", "DELETE todos", "wrong", 1)}


@pytest.mark.parametrize("era", ERAS)
def test_an_mcp_client_that_is_refused_is_counted_once(todo_user: Mount, era: str) -> None:
    ask(todo_user, "tools/list", era=era)
    assert written() == {("todo-user", "POST mcp", "refused", 1)}
    call(todo_user, "getTodos", {}, era=era)
    assert ("todo-user", "GET todos", "refused", 1) in written()
    assert sum(Usage.objects.values_list("number", flat=True)) == 2


def test_what_nobody_foresaw_is_counted(todo: Mount, monkeypatch: pytest.MonkeyPatch) -> None:
    def texts(self: TodoList, **page: int) -> list[str]:
        raise RuntimeError

    monkeypatch.setattr(TodoList, "texts", texts)
    assert todo.get("/todos/ann").status_code == 500
    assert written() == {("todo", "GET todos", "failed", 1)}


def test_methods_that_clients_make_up_are_counted_together(todo: Mount) -> None:
    for method in ("BREW", "WHEN"):
        todo.call(method, "/todos/ann")
    assert written() == {("todo", "OTHER todos", "wrong", 2)}


def test_days_are_added_up(todo: Mount) -> None:
    for _ in range(2):
        todo.get("/todos/ann")
        written()
    assert written() == {("todo", "GET todos", "done", 2)}


def test_what_is_old_is_forgotten(todo: Mount) -> None:
    old = timezone.now() - timedelta(days=usage.KEPT_DAYS + 1)
    Usage.objects.create(
        day=old.date(), plugin="todo", operation="x", outcome="done", number=1, last_at=old
    )
    usage.forgotten.clear()
    todo.get("/todos/ann")
    assert written() == {("todo", "GET todos", "done", 1)}


def test_what_could_not_be_written_is_written_later(
    todo: Mount, monkeypatch: pytest.MonkeyPatch
) -> None:
    todo.get("/todos/ann")
    with monkeypatch.context() as patch:
        patch.setattr(usage, "UPSERT", "INSERT INTO nothing VALUES (%s, %s, %s, %s, %s, %s)")
        assert written() == set()
    assert written() == {("todo", "GET todos", "done", 1)}


def test_a_call_takes_no_statement_more(
    todo_user: Mount, anns_token: str, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(2):  # the token, and the todos
        todo_user.get("/todos/me", token=anns_token)


def test_nothing_is_lost_between_threads() -> None:
    tally, key = Tally(), ("a", 1)

    def add() -> None:
        for _ in range(5_000):
            tally.add(key)

    with ThreadPoolExecutor(8) as pool:
        for _ in range(8):
            pool.submit(add)
        taken = [tally.take().get(key, 0) for _ in range(50)]
    assert sum(taken) + tally.take().get(key, 0) == 40_000
    assert tally.take() == {}


def test_a_token_says_when_it_was_last_used(todo_user: Mount, ann: User, anns_token: str) -> None:
    Token.objects.issue(plugin="todo-user", name="Unused", user=ann)
    todo_user.get("/todos/ann", token=anns_token)
    writer.write()
    used = dict(Token.objects.values_list("name", "last_used_at"))
    assert used["Unused"] is None
    assert used["Laptop"] and timezone.now() - used["Laptop"] < timedelta(minutes=1)


def test_last_use_is_written_once_a_minute(todo_user: Mount, anns_token: str) -> None:
    todo_user.get("/todos/ann", token=anns_token)
    writer.write()
    first = Token.objects.get().last_used_at
    todo_user.get("/todos/ann", token=anns_token)
    writer.write()
    assert Token.objects.get().last_used_at == first


@pytest.mark.parametrize("personal", [True, False])
def test_a_token_that_expired_opens_nothing(
    todo_user: Mount, todo_service: Mount, ann: User, personal: bool
) -> None:
    mount = todo_user if personal else todo_service
    _, secret = Token.objects.issue(
        plugin=mount.plugin.slug, name="Short", user=ann if personal else None, days=1
    )
    assert mount.get("/todos/ann", token=secret).status_code == 200
    Token.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert mount.get("/todos/ann", token=secret).status_code == 401
