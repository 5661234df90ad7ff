"""Where the todo API answers, for whichever plugin mounts it."""

from django.urls import URLPattern, path

from config.manifest import Mount
from todos.views import TodosView


def todo_endpoints(mount: Mount) -> list[URLPattern]:
    """Return the todo API, bound to one plugin's store and protection."""
    view = TodosView.as_view(store=mount.store, **mount.protection)
    # `path`, not `str`: a server hands "%2F" on as "/", and the view says what is wrong.
    return [path("todos/<path:username>", view, name="todos")]
