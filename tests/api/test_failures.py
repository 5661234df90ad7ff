"""What clients and people see when something is wrong on our side."""

import logging
from io import BytesIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory, force_authenticate
from rest_framework.views import APIView

from plugins import views
from tests.conftest import Mount
from todos.models import TodoList


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_a_database_that_is_away_is_a_503(
    todo: Mount, transactional_db: None, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    connection.close()
    away = {"NAME": "/nowhere/db"} if connection.vendor == "sqlite" else {"PORT": "1"}
    with monkeypatch.context() as patch:
        for key, value in away.items():
            patch.setitem(connection.settings_dict, key, value)
        response = todo.call(method, "/todos/ann", {"todo": "milk", "todo_idx": 0})
        connection.close()
    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0
    assert "Try again shortly" in response.json()["detail"]
    assert todo.get("/todos/ann").status_code == 200


def fail(*args: Any, **kwargs: Any) -> Any:
    raise RuntimeError("a mistake, with a secret in it")


def test_a_mistake_of_ours_answers_a_client_in_json(
    todo: Mount, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, db: None
) -> None:
    monkeypatch.setattr(TodoList, "texts", fail)
    with caplog.at_level(logging.ERROR):
        response = todo.get("/todos/ann")
    assert (response.status_code, list(response.json())) == (500, ["detail"])
    assert "secret" not in response.content.decode()
    assert "a mistake" in caplog.text


def test_a_mistake_of_ours_answers_a_person_with_a_page(
    monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    monkeypatch.setattr(views, "card", fail)
    response = Client(raise_request_exception=False).get("/")
    assert response.status_code == 500
    assert response["Content-Type"].startswith("text/html")
    assert "secret" not in response.content.decode()
    assert f"<code>{response['X-Request-ID']}</code>" in response.content.decode()


class BrokenConnection(BytesIO):
    """A request body whose sender went away."""

    def read(self, size: int | None = -1) -> bytes:
        raise ConnectionResetError


def test_a_body_that_does_not_arrive_whole_is_refused(todo: Mount, db: None) -> None:
    environ: dict[str, Any] = {"wsgi.input": BrokenConnection(), "CONTENT_LENGTH": "9"}
    response = todo.client.generic("POST", "/todo/todos/ann", **environ)
    assert response.status_code == 400
    assert "did not arrive whole" in response.json()["detail"]


def test_a_view_that_no_plugin_mounts_lets_nobody_in(ann: User) -> None:
    class Forgotten(APIView):
        store = ""

        def get(self, request: Request) -> Response:
            return Response("secret")

    request = APIRequestFactory().get("/")
    force_authenticate(request, ann)
    assert Forgotten.as_view()(request).status_code == 403


def test_a_request_of_too_many_fields_is_refused_in_json(todo: Mount, db: None) -> None:
    response = todo.get("/todos/ann?" + "&".join(f"a{n}=1" for n in range(1_500)))
    assert (response.status_code, list(response.json())) == (400, ["detail"])


def test_a_page_that_is_not_there_says_so(db: None) -> None:
    response = Client().get("/nothing-here")
    assert response.status_code == 404
    assert "</html>" in response.content.decode()
