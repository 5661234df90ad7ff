"""Lists have an end: an answer holds a part of a long one, and a list so many todos."""

from itertools import chain, repeat

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from tests.conftest import Mount, mount_of
from tests.plugins.mcp_client import call
from tests.todos.test_atomicity import in_parallel
from todos.models import PAGE_MAX_LENGTH, TODO_MAX_LENGTH, Todo, TodoList

pytestmark = pytest.mark.django_db


def fill(*texts: str) -> None:
    Todo.objects.bulk_create(Todo(store="todo", username="ann", text=text) for text in texts)


def parts(todo: Mount, **query: int) -> list[list[str]]:
    """Read a list to its end, as the answers say."""
    found: list[list[str]] = []
    offset: int | None = 0
    while offset is not None:
        said = "&".join(f"{k}={v}" for k, v in {**query, "offset": offset}.items())
        answer = todo.get(f"/todos/ann?{said}").json()
        found.append(answer["todos"])
        offset = answer.get("next_offset")
    return found


def test_a_long_list_is_answered_in_parts_to_whoever_does_not_ask(
    todo: Mount, settings: Settings
) -> None:
    settings.TODO_PAGE = 3
    texts = [str(number) for number in range(7)]
    fill(*texts)
    assert todo.get("/todos/ann").json() == {"todos": ["0", "1", "2"], "next_offset": 3}
    assert parts(todo) == [["0", "1", "2"], ["3", "4", "5"], ["6"]]


def test_a_list_as_long_as_a_part_has_no_rest(todo: Mount, settings: Settings) -> None:
    settings.TODO_PAGE = 3
    fill("0", "1", "2")
    assert todo.get("/todos/ann").json() == {"todos": ["0", "1", "2"]}


def test_no_limit_makes_a_part_longer(todo: Mount, settings: Settings) -> None:
    settings.TODO_PAGE = 3
    fill(*map(str, range(7)))
    answer = todo.get("/todos/ann?limit=5&offset=1").json()
    assert answer == {"todos": ["1", "2", "3"], "next_offset": 4}


def test_long_todos_make_shorter_parts_and_none_is_lost(todo: Mount) -> None:
    texts = [f"{number:3}" + "😀" * (TODO_MAX_LENGTH - 3) for number in range(250)]
    fill(*texts)
    found = parts(todo)
    assert [*chain(*found)] == texts
    assert [sum(map(len, part)) for part in found] == [PAGE_MAX_LENGTH] * 2 + [PAGE_MAX_LENGTH // 2]


def test_a_model_is_told_where_the_rest_begins(todo: Mount, settings: Settings) -> None:
    settings.TODO_PAGE = 2
    fill("milk", "bread", "tea")
    result = call(todo, "getTodos", {"username": "ann"}).json()["result"]
    assert result["structuredContent"] == {"todos": ["milk", "bread"], "next_offset": 2}
    rest = call(todo, "getTodos", {"username": "ann", "offset": 2}).json()["result"]
    assert rest["structuredContent"] == {"todos": ["tea"]}


@pytest.mark.parametrize("length", [0, 1, 200])
def test_reading_a_part_takes_one_query(
    todo: Mount, length: int, settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.TODO_PAGE = 100
    fill(*repeat("milk", length))
    with django_assert_num_queries(1):
        todo.get("/todos/ann")


def test_a_full_list_takes_no_more_until_something_is_done(todo: Mount, settings: Settings) -> None:
    settings.TODO_QUOTA = 2
    for text in ("milk", "bread"):
        assert todo.post("/todos/ann", {"todo": text}).status_code == 200
    refused = todo.post("/todos/ann", {"todo": "tea"})
    assert refused.status_code == 409
    assert "it holds 2 todos" in refused.json()["detail"]
    assert "Nothing was added" in refused.json()["detail"]
    assert todo.get("/todos/ann").json() == {"todos": ["milk", "bread"]}
    assert todo.post("/todos/bob", {"todo": "tea"}).status_code == 200
    todo.delete("/todos/ann", {"todo_idx": 0})
    assert todo.post("/todos/ann", {"todo": "tea"}).status_code == 200


def test_a_model_is_told_that_a_list_is_full(todo: Mount, settings: Settings) -> None:
    settings.TODO_QUOTA = 1
    fill("milk")
    result = call(todo, "addTodo", {"username": "ann", "todo": "tea"}).json()["result"]
    assert result["isError"]
    assert "The list is full" in result["content"][0]["text"]


def test_a_page_says_that_a_list_is_full_and_keeps_what_was_typed(
    client: Client, ann: User, settings: Settings
) -> None:
    settings.TODO_QUOTA = 1
    TodoList("todo-user", "ann").add("milk")
    client.force_login(ann)
    page = client.post("/todo-user/list", {"todo": "tea for two"})
    assert page.status_code == 400
    assert "The list is full" in page.content.decode()
    assert 'value="tea for two"' in page.content.decode()
    assert TodoList("todo-user", "ann").texts() == ["milk"]


def test_without_a_quota_a_list_may_be_any_length(todo: Mount, settings: Settings) -> None:
    settings.TODO_QUOTA = 0
    fill(*repeat("milk", 3))
    assert todo.post("/todos/ann", {"todo": "tea"}).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_parallel_adds_pass_a_quota_by_no_more_than_run_at_once(settings: Settings) -> None:
    settings.TODO_QUOTA = 20

    def add(number: int) -> str:
        return str(mount_of("todo").post("/todos/ann", {"todo": f"{number}"}).status_code)

    said = in_parallel(add)
    kept = len(TodoList("todo", "ann"))
    assert said.count("200") == kept
    assert said.count("409") == 50 - kept
    at_once = 0 if connection.vendor == "sqlite" else 9
    assert 20 <= kept <= 20 + at_once


SLOW = {"text": "a " * 500_000 + "\0", "marks": "a" + "\u0301\u0323" * 150_000}
"""What would take hours, or many minutes, if it cost the square of its length."""


@pytest.mark.timeout(120)
def test_a_text_made_to_be_slow_is_refused_at_once(todo: Mount) -> None:
    assert todo.post("/todos/ann", {"todo": SLOW["text"]}).status_code == 400


@pytest.mark.timeout(120)
def test_so_is_such_a_username(todo: Mount, todo_user: Mount, anns_token: str) -> None:
    for mount, token in ((todo, None), (todo_user, anns_token)):
        arguments = {"username": SLOW["marks"], "todo": "milk"}
        result = call(mount, "addTodo", arguments, token=token).json()["result"]
        assert result["isError"]
    assert not Todo.objects.exists()
