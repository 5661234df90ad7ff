"""django-ninja, as its tutorial writes an API: functions, schemas, and the ORM."""

from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest
from django.urls import path
from ninja import NinjaAPI, Schema

from benchmarks.peers.django_model import Todo

api = NinjaAPI()


class AddTodo(Schema):
    todo: str


class DeleteTodo(Schema):
    todo_idx: int


class Todos(Schema):
    todos: list[str]


class Deleted(Schema):
    deleted: str


@api.get("/todos/{username}", response=Todos)
def get_todos(request: HttpRequest, username: str) -> dict[str, Any]:
    return {"todos": [todo.text for todo in Todo.objects.filter(username=username)]}


@api.post("/todos/{username}", response=AddTodo)
def add_todo(request: HttpRequest, username: str, body: AddTodo) -> dict[str, Any]:
    todo = Todo.objects.create(username=username, text=body.todo)
    return {"todo": todo.text}


@api.delete("/todos/{username}", response=Deleted)
def delete_todo(request: HttpRequest, username: str, body: DeleteTodo) -> dict[str, Any]:
    with transaction.atomic():
        todo = Todo.objects.filter(username=username)[body.todo_idx :].first()
        if todo is None:
            raise Http404
        todo.delete()
    return {"deleted": todo.text}


urlpatterns = [path("", api.urls)]
