"""The todo API, for whichever plugin mounts it."""

from django.urls import URLPattern, re_path

from config.manifest import API, Mount
from todos.models import TodoList
from todos.views import TodosView


def todo_endpoints(mount: Mount) -> list[URLPattern]:
    """Return the todo API, bound to one plugin's store and protection."""
    view = TodosView.as_view(store=mount.store, **mount.protection)
    # Any character at all: a server hands "%2F" on as "/", and the view says what is wrong.
    return [re_path(r"^todos/(?P<username>[\s\S]+)$", view, name="todos")]


def erase_todos(store: str, username: str) -> None:
    """Delete a list."""
    TodoList(store, username).clear()


TODO_API = API(endpoints=todo_endpoints, example_template="examples/todos.html", erase=erase_todos)
