"""The todo API's behaviour, which is the same for every plugin that mounts it."""

import json  # <examples></examples>
from pathlib import Path  # <examples></examples>
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.conftest import Mount
from todos.models import TODO_MAX_LENGTH, Todo, TodoList
from todos.serializers import INDEX_MAX

pytestmark = pytest.mark.django_db


def test_an_unknown_username_has_an_empty_list(todo: Mount) -> None:
    response = todo.get("/todos/nobody")
    assert (response.status_code, response.json()) == (200, {"todos": []})


def test_todos_come_back_in_the_order_they_were_added(todo: Mount) -> None:
    for text in ("milk", "bread", "milk"):
        assert todo.post("/todos/ann", {"todo": text}).json() == {"todo": text}
    assert todo.get("/todos/ann").json() == {"todos": ["milk", "bread", "milk"]}


def test_a_delete_names_what_it_removed(todo: Mount) -> None:
    add(todo, "milk", "bread", "tea")
    response = todo.delete("/todos/ann", {"todo_idx": 1})
    assert (response.status_code, response.json()) == (200, {"deleted": "bread"})
    assert todo.get("/todos/ann").json() == {"todos": ["milk", "tea"]}


def test_a_new_todo_goes_to_the_end_after_deletes(todo: Mount) -> None:
    add(todo, "milk", "bread")
    todo.delete("/todos/ann", {"todo_idx": 1})
    todo.delete("/todos/ann", {"todo_idx": 0})
    add(todo, "tea", "jam")
    assert todo.get("/todos/ann").json() == {"todos": ["tea", "jam"]}


@pytest.mark.parametrize("index", [2, 3, INDEX_MAX])
def test_an_index_outside_the_list_removes_nothing(todo: Mount, index: int) -> None:
    add(todo, "milk", "bread")
    response = todo.delete("/todos/ann", {"todo_idx": index})
    assert response.status_code == 404
    assert "the list has 2" in response.json()["detail"]
    assert Todo.objects.count() == 2


def test_a_whole_number_may_be_written_with_a_point(todo: Mount) -> None:
    add(todo, "milk")
    assert todo.delete("/todos/ann", raw=b'{"todo_idx": 0.0}').status_code == 200


def test_usernames_have_lists_of_their_own(todo: Mount) -> None:
    add(todo, "milk")
    assert todo.get("/todos/bob").json() == {"todos": []}
    assert todo.get("/todos/Ann").json() == {"todos": []}


def test_stores_do_not_leak(todo: Mount, todo_service: Mount, service_token: str) -> None:
    add(todo, "written by anybody")
    assert todo_service.get("/todos/ann", token=service_token).json() == {"todos": []}


@pytest.mark.parametrize("username", ["ann", "Ann Müller", "安", "a+b@c", ".hidden", "a" * 150])
def test_usernames_may_be_any_text(todo: Mount, username: str) -> None:
    from urllib.parse import quote

    path = f"/todos/{quote(username, safe='')}"
    todo.post(path, {"todo": "milk"})
    assert todo.get(path).json() == {"todos": ["milk"]}
    assert TodoList("todo", username).texts() == ["milk"]


@pytest.mark.parametrize("text", ["  milk ", "a\nb", "🥛", "<script>", "a" * TODO_MAX_LENGTH])
def test_text_is_kept_as_it_was_sent(todo: Mount, text: str) -> None:
    todo.post("/todos/ann", {"todo": text})
    assert todo.get("/todos/ann").json() == {"todos": [text]}


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "", "multipart/form-data", "?"],
)
def test_a_body_is_json_whatever_its_content_type_says(todo: Mount, content_type: str) -> None:
    response = todo.post("/todos/ann", {"todo": "milk"}, content_type=content_type)
    assert (response.status_code, response.json()) == (200, {"todo": "milk"})


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "*/*", "nonsense"])
def test_an_answer_is_json_whatever_is_asked_for(todo: Mount, accept: str) -> None:
    response = todo.get("/todos/ann", headers={"accept": accept})
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"todos": ["0", "1", "2", "3", "4"]}),
        ("?limit=2", {"todos": ["0", "1"], "next_offset": 2}),
        ("?limit=2&offset=3", {"todos": ["3", "4"]}),
        ("?limit=1&offset=3", {"todos": ["3"], "next_offset": 4}),
        ("?offset=4", {"todos": ["4"]}),
        ("?offset=9", {"todos": []}),
    ],
)
def test_a_long_list_can_be_read_in_parts(
    todo: Mount, query: str, expected: dict[str, object]
) -> None:
    add(todo, "0", "1", "2", "3", "4")
    assert todo.get(f"/todos/ann{query}").json() == expected


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=-1",
        "limit=x",
        "limit=1_0",
        "limit=١",
        "offset=-1",
        "limit=9e99",
        "limit=99999999999999999999",
    ],
)
def test_a_page_that_makes_no_sense_is_refused(todo: Mount, query: str) -> None:
    response = todo.get(f"/todos/ann?{query}")
    assert response.status_code == 400
    assert response.json()["detail"].startswith(query.partition("=")[0])


BAD_BODIES: list[tuple[str, bytes]] = [
    ("POST", b""),
    ("POST", b"milk"),
    ("POST", b'{"todo": "milk"'),
    ("POST", b"\xff\xfe"),
    ("POST", b"[" * 100_000),
    ("POST", b"null"),
    ("POST", b"[]"),
    ("POST", b'"milk"'),
    ("POST", b"3"),
    ("POST", b"{}"),
    ("POST", b'{"Todo": "milk"}'),
    ("POST", b'{"todo": null}'),
    ("POST", b'{"todo": 3}'),
    ("POST", b'{"todo": true}'),
    ("POST", b'{"todo": ["milk"]}'),
    ("POST", b'{"todo": ""}'),
    ("POST", b'{"todo": " \\n"}'),
    ("POST", b'{"todo": "a\\u0000b"}'),
    ("POST", b'{"todo": "\\ud800"}'),
    ("POST", b'{"todo": "%s"}' % (b"a" * (TODO_MAX_LENGTH + 1))),
    ("POST", b'{"todo": NaN}'),
    ("DELETE", b""),
    ("DELETE", b"{}"),
    ("DELETE", b"[0]"),
    ("DELETE", b'{"todo_idx": null}'),
    ("DELETE", b'{"todo_idx": "0"}'),
    ("DELETE", b'{"todo_idx": true}'),
    ("DELETE", b'{"todo_idx": 0.5}'),
    ("DELETE", b'{"todo_idx": -1}'),
    ("DELETE", b'{"todo_idx": 99999999999999999999999999}'),
    ("DELETE", b'{"todo_idx": 1e400}'),
    ("DELETE", b'{"todo_idx": {}}'),
]


@pytest.mark.parametrize(("method", "body"), BAD_BODIES, ids=lambda value: str(value)[:40])
def test_a_bad_body_is_refused_and_nothing_is_lost(todo: Mount, method: str, body: bytes) -> None:
    add(todo, "milk")
    response = todo.call(method, "/todos/ann", raw=body)
    assert response.status_code == 400
    assert response.json()["detail"]
    assert todo.get("/todos/ann").json() == {"todos": ["milk"]}


def test_an_oversized_body_is_refused(todo: Mount, settings: Any) -> None:
    body = b'{"todo": "milk"}' + b" " * settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    response = todo.post("/todos/ann", raw=body)
    assert (response.status_code, list(response.json())) == (413, ["detail"])


@pytest.mark.parametrize(
    "path",
    [
        "a" * 151,
        "%00",
        "a%2Fb",
        "a/b",
        "%FF",
        "%ED%A0%80",
        "%C3",
        "100%25",
        "%09",
        "a%0Ab",
        "ann%0A",
        "%7F",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_a_bad_username_is_refused(todo: Mount, method: str, path: str) -> None:
    body = {"todo": "milk", "todo_idx": 0} if method != "GET" else None
    response = todo.call(method, f"/todos/{path}", body)
    assert response.status_code == 400
    assert response.json()["detail"].startswith("username: ")


@pytest.mark.parametrize("path", ["/todos", "/todos/", "/nothing", "/.well-known/other"])
def test_a_path_that_is_not_there_answers_json(todo: Mount, path: str) -> None:
    response = todo.get(path)
    assert (response.status_code, list(response.json())) == (404, ["detail"])


@pytest.mark.parametrize("method", ["PUT", "PATCH", "TRACE"])
def test_another_method_is_refused(todo: Mount, method: str) -> None:
    response = todo.call(method, "/todos/ann")
    assert response.status_code == 405
    assert response["Allow"] == "GET, POST, DELETE, HEAD, OPTIONS"


@pytest.mark.parametrize("operation", ["GET", "POST", "DELETE"])
def test_a_request_to_todo_takes_one_query(
    todo: Mount, operation: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    add(todo, "milk")
    with django_assert_num_queries(1):
        todo.call(operation, "/todos/ann", {"todo": "tea", "todo_idx": 0})


@pytest.mark.parametrize("operation", ["GET", "POST", "DELETE"])
def test_a_request_with_a_token_takes_two_queries(
    todo_service: Mount,
    todo_user: Mount,
    service_token: str,
    anns_token: str,
    operation: str,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for mount, token in ((todo_service, service_token), (todo_user, anns_token)):
        mount.post("/todos/ann", {"todo": "milk"}, token=token)
        with django_assert_num_queries(2):
            mount.call(operation, "/todos/ann", {"todo": "tea", "todo_idx": 0}, token=token)


def add(mount: Mount, *texts: str) -> None:
    for text in texts:
        assert mount.post("/todos/ann", {"todo": text}).status_code == 200


# <examples>
def test_the_readme_shows_the_examples_of_the_document(todo: Mount) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    for operation in todo.get("/openapi.json").json()["paths"]["/todos/{username}"].values():
        for media in operation.get("requestBody", {}).get("content", {}).values():
            assert f"-d '{json.dumps(media['example'])}'" in readme


# </examples>
