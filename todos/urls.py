"""The todo API, for whichever plugin mounts it."""

from django.urls import URLPattern, re_path

from plugins.plugin import API, Plugin
from todos.models import TodoList
from todos.views import TodosView


class TodoAPI(API):
    curl_template = "todos/curl.html"

    def urls(self, plugin: Plugin) -> list[URLPattern]:
        view = TodosView.as_view(store=plugin.store, **plugin.protection)
        # Any character at all: a server hands "%2F" on as "/", and the view says what is wrong.
        return [re_path(r"^todos/(?P<username>[\s\S]+)$", view, name="todos")]

    def erase(self, plugin: Plugin, username: str) -> None:
        TodoList(plugin.store, username).clear()

    def seed(self, plugin: Plugin, username: str) -> None:
        todos = TodoList(plugin.store, username)
        if not len(todos):
            for text in ("Read the manifest", "Add a todo with curl"):
                todos.add(text)


TODO_API = TodoAPI()
