"""Parallel requests lose nothing and never answer with the same todo twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from tests.conftest import mount_of
from todos.models import Todo, TodoList

pytestmark = pytest.mark.django_db(transaction=True)


def in_parallel(call: Callable[[int], str], times: int = 50) -> list[str]:
    """Run `call(0) … call(times - 1)` on 10 threads; each closes its own connection."""

    def one(number: int) -> str:
        try:
            return call(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        return list(pool.map(one, range(times)))


def test_fifty_parallel_deletes_remove_fifty_different_todos() -> None:
    texts = [f"todo {number}" for number in range(50)]
    for text in texts:
        TodoList("todo", "ann").add(text)
    removed = in_parallel(
        lambda _: mount_of("todo").delete("/todos/ann", {"todo_idx": 0}).json()["deleted"]
    )
    assert sorted(removed) == sorted(texts)
    assert TodoList("todo", "ann").texts() == []


def test_parallel_deletes_in_the_middle_remove_different_todos() -> None:
    for number in range(60):
        TodoList("todo", "ann").add(f"todo {number}")
    removed = in_parallel(
        lambda _: mount_of("todo").delete("/todos/ann", {"todo_idx": 5}).json()["deleted"]
    )
    assert len(set(removed)) == 50
    assert len(TodoList("todo", "ann")) == 10


def test_fifty_parallel_adds_are_all_kept() -> None:
    in_parallel(lambda n: mount_of("todo").post("/todos/ann", {"todo": f"{n}"}).json()["todo"])
    assert sorted(TodoList("todo", "ann").texts()) == sorted(f"{n}" for n in range(50))


def test_an_id_is_never_used_again() -> None:
    todos = TodoList("todo", "ann")
    todos.add("first")
    first = Todo.objects.get().pk
    todos.pop(0)
    todos.add("second")
    assert Todo.objects.get().pk > first
