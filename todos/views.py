"""The todo API: one view, mounted by every todo plugin."""

from typing import ClassVar

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request

from api.exceptions import ProblemSerializer
from api.usernames import USERNAME, checked
from api.views import APIView, Response
from plugins.mcp.widgets import Widget
from todos.models import FullListError, NoSuchTodoError, TodoList
from todos.serializers import (
    AddedTodoSerializer,
    AddTodoSerializer,
    DeletedTodoSerializer,
    DeleteTodoSerializer,
    PageSerializer,
    TodosSerializer,
)

# One of each validates every request: building a serializer costs more than running it.
PAGE, ADD_TODO, DELETE_TODO = PageSerializer(), AddTodoSerializer(), DeleteTodoSerializer()


@extend_schema(parameters=[USERNAME])
class TodosView(APIView):
    """The list of one username, in the store that the mount names."""

    store = ""
    domain_errors: ClassVar = {NoSuchTodoError: 404, FullListError: 409}
    widgets: ClassVar = {
        "GET": Widget(
            name="todos",
            title="The list of todos",
            description="Shows the todos; ticking one deletes it, and unticking puts it back.",
            template="todos/widget.html",
        )
    }

    def todos(self, username: str) -> TodoList:
        return TodoList(self.store, checked(username))

    @extend_schema(
        operation_id="getTodos",
        summary="Get the list of todos",
        description="A long list comes in parts: next_offset is the offset at which the rest "
        "begins, and is left out where there is none.",
        parameters=[PageSerializer],
        responses={200: OpenApiResponse(TodosSerializer, "The todos, possibly none.")},
    )
    def get(self, request: Request, username: str) -> Response:
        # A plain dict: out of a QueryDict, DRF takes an empty value for none at all.
        query = request.query_params.dict()
        page = PAGE.run_validation(query) if query else {}
        todos, rest = self.todos(username).page(**page)
        return Response({"todos": todos} if rest is None else {"todos": todos, "next_offset": rest})

    @extend_schema(
        operation_id="addTodo",
        summary="Add a todo to the end of the list",
        description="One todo at a time, in the person's own words.",
        request=AddTodoSerializer,
        responses={
            200: OpenApiResponse(AddedTodoSerializer, "The todo was added."),
            409: OpenApiResponse(ProblemSerializer, "The list is full; nothing was added."),
        },
    )
    def post(self, request: Request, username: str) -> Response:
        body = ADD_TODO.run_validation(request.data)
        self.todos(username).add(body["todo"])
        return Response({"todo": body["todo"]})

    @extend_schema(
        operation_id="deleteTodo",
        summary="Delete a todo from the list by its index",
        description="The todos behind it move up by one: read the list before the next delete.",
        request=DeleteTodoSerializer,
        responses={
            200: OpenApiResponse(DeletedTodoSerializer, "The todo was removed."),
            404: OpenApiResponse(ProblemSerializer, "No todo at that index; nothing removed."),
        },
    )
    def delete(self, request: Request, username: str) -> Response:
        body = DELETE_TODO.run_validation(request.data)
        return Response({"deleted": self.todos(username).pop(body["todo_idx"])})
