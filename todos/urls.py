"""The todo API, for whichever plugin mounts it."""

from django.urls import URLPattern, re_path

from api.personal_data import Kept, kept_rows
from plugins.plugin import API, Plugin
from plugins.samples import Sample
from todos.models import Todo, TodoList
from todos.pages import todo_pages
from todos.views import TodosView


class TodoAPI(API):
    home = "list"
    title = "Todo lists"
    summary = "One small API, with each of the ways to say who calls."
    samples = (
        Sample(
            title="Add a todo",
            method="POST",
            path="todos/{username}",
            body={"todo": "Buy milk"},
        ),
        Sample(title="Read the list", path="todos/{username}"),
    )

    def urls(self, plugin: Plugin) -> list[URLPattern]:
        view = TodosView.as_view(store=plugin.store, **plugin.protection)
        # Any character at all: a server hands "%2F" on as "/", and the view says what is wrong.
        return [re_path(r"^todos/(?P<username>[\s\S]+)$", view, name="todos")]

    def pages(self, plugin: Plugin) -> list[URLPattern]:
        return todo_pages(plugin)

    def kept(self, plugin: Plugin, username: str | None = None) -> list[Kept]:
        found = Todo.objects.filter(store=plugin.store)
        query = {"store": plugin.store}
        if username is not None:
            found = found.filter(username=username)
            query["username"] = username
        return [
            kept_rows(
                found,
                *("text", "created_at"),
                name=f"{plugin.slug}_todos",
                one="todo",
                many="todos",
                where=plugin.name_for_human,
                query=query,
            )
        ]

    def usernames(self, plugin: Plugin) -> int:
        todos = Todo.objects.filter(store=plugin.store).order_by()
        return todos.values("username").distinct().count()

    def erase(self, plugin: Plugin, username: str) -> None:
        TodoList(plugin.store, username).clear()

    def seed(self, plugin: Plugin, username: str) -> None:
        todos = TodoList(plugin.store, username)
        if not len(todos):
            for text in ("Read the manifest", "Add a todo with curl"):
                todos.add(text)


TODO_API = TodoAPI()
