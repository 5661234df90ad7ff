"""A call of every tool of todos, for clients that others wrote (`tests/clients/calls.py`)."""

from typing import Any

CALLS: dict[str, dict[str, Any]] = {
    "addTodo": {"username": "ann", "todo": "Buy milk"},
    "getTodos": {"username": "ann", "limit": 1},
    "deleteTodo": {"username": "ann", "todo_idx": 0},
}
