"""A query asks for what its operation's document names, and nothing else; a DELETE may be one."""

import json  # <examples></examples>
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote  # <examples></examples>

import pytest

from api.queries import likely
from plugins.permissions import WITHOUT_BODY
from plugins.plugin import Plugin
from tests.conftest import TODO_PLUGINS, Mount
from tests.plugins.paths import paths

pytestmark = pytest.mark.django_db


def operations(plugin: Plugin) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield method, path and description of every operation, those that no model is offered too."""
    for path, methods in paths(plugin):
        for method, operation in methods.items():
            yield method, path, operation


def test_what_an_operation_does_not_know_is_refused_by_name(
    mount: Mount, token: str | None
) -> None:
    for method, path, operation in operations(mount.plugin):
        if method in WITHOUT_BODY:
            answer = mount.call(method, f"{path}?nonsense=1", token=token)
            assert answer.status_code == 400, path
            assert "There is no parameter 'nonsense' here." in answer.json()["detail"]
            for parameter in operation.get("parameters", []):
                if parameter["in"] == "query":
                    assert parameter["name"] in answer.json()["detail"]


def test_nobody_without_a_token_is_told_of_parameters(mount: Mount) -> None:
    for method, path, _ in operations(mount.plugin):
        if method in WITHOUT_BODY and mount.plugin.auth.callers != "everybody":
            assert mount.call(method, f"{path}?nonsense=1").status_code == 401


def test_a_head_is_asked_what_a_get_is(todo: Mount) -> None:
    assert todo.call("HEAD", "/todos/ann?nonsense=1").status_code == 400
    assert todo.call("HEAD", "/todos/ann?limit=1").status_code == 200


@pytest.mark.parametrize(
    ("name", "names", "meant"),
    [
        ("season", ["season_ids", "seasons", "limit"], ["seasons"]),
        ("limt", ["limit", "offset"], ["limit"]),
        ("team", ["team_ids", "limit"], ["team_ids"]),
        ("playerId", ["player_ids", "limit"], ["player_ids"]),
        ("dates[]", ["start_date", "end_date", "limit"], ["start_date", "end_date"]),
        ("x" * 10_000, ["limit"], []),
        ("", ["limit"], []),
    ],
)
def test_what_may_have_been_meant(name: str, names: list[str], meant: list[str]) -> None:
    assert likely(name, names) == meant


# --- Deleting ----------------------------------------------------------------------------


@pytest.fixture
def filled(mount: Mount, token: str | None) -> str | None:
    for text in ("one", "two"):
        mount.post("/todos/ann", {"todo": text}, token=token)
    return token


def left(mount: Mount, token: str | None) -> Any:
    return mount.get("/todos/ann", token=token).json()["todos"]


@pytest.mark.parametrize("plugin", TODO_PLUGINS, indirect=True)
@pytest.mark.parametrize("body", [b"", b"{}", b'{"todo_idx": 1}'])
def test_a_delete_may_say_in_its_query_what_a_body_would(
    mount: Mount, filled: str | None, body: bytes
) -> None:
    answer = mount.delete("/todos/ann?todo_idx=1", raw=body, token=filled)
    assert (answer.status_code, answer.json()) == (200, {"deleted": "two"})
    assert left(mount, filled) == ["one"]


@pytest.mark.parametrize("plugin", ["todo"], indirect=True)
@pytest.mark.parametrize(
    ("query", "body", "words"),
    [
        ("todo_idx=1_0", None, "whole number"),
        ("todo_idx=", None, "whole number"),
        ("todo_idx=-1", None, "not be negative"),
        ("todo_idx=0&todo_idx=1", None, "more than once"),
        ("todo_idx=0", {"todo_idx": 1}, "another in the query"),
        ("todo_index=0", None, "Did you mean 'todo_idx'?"),
        ("nonsense=1", {"todo_idx": 0}, "no parameter 'nonsense'"),
        ("todo_idx=0", [0], "JSON object"),
    ],
)
def test_a_delete_that_is_not_clear_deletes_nothing(
    mount: Mount, filled: str | None, query: str, body: Any, words: str
) -> None:
    answer = mount.delete(f"/todos/ann?{query}", body)
    assert (answer.status_code, words in answer.json()["detail"]) == (400, True), answer.json()
    assert left(mount, filled) == ["one", "two"]


def test_no_other_method_takes_a_body_from_the_query(todo: Mount) -> None:
    assert todo.post("/todos/ann?todo=one").status_code == 400
    assert todo.get("/todos/ann").json() == {"todos": []}


# <examples>
@pytest.mark.parametrize("plugin", ["retrieval-none"], indirect=True)
@pytest.mark.parametrize(
    ("query", "deleted"),
    [
        ("ids=a", {"a"}),
        ("ids=a&ids=b,c", {"a", "b,c"}),
        ("ids[]=a&ids[]=b,c", {"a", "b,c"}),
        (f"ids={quote(json.dumps(['a', 'b,c']))}", {"a", "b,c"}),
        ("ids=[a]", {"[a]"}),
        (f"filter={quote(json.dumps({'author': 'Ann'}))}", {"a"}),
        ("delete_all=true", {"a", "b,c", "[a]"}),
    ],
)
def test_each_type_of_a_body_can_be_said_in_a_query(
    mount: Mount, query: str, deleted: set[str]
) -> None:
    documents: list[dict[str, Any]] = [
        {"id": "a", "text": "One.", "metadata": {"author": "Ann"}},
        *({"id": key, "text": "One."} for key in ("b,c", "[a]")),
    ]
    assert mount.post("/upsert", {"documents": documents}).status_code == 200
    answer = mount.delete(f"/delete?{query}")
    assert answer.json() == {"success": True, "deleted": len(deleted)}
    gone = {
        each["id"]
        for each in documents
        if mount.get(f"/documents/{quote(str(each['id']))}").status_code == 404
    }
    assert gone == deleted


@pytest.mark.parametrize("plugin", ["retrieval-none"], indirect=True)
@pytest.mark.parametrize(
    "query", ["ids=", "delete_all=yes", "delete_all=false", "filter={", "delete_all=true&ids=a"]
)
def test_a_deletion_that_is_not_clear_deletes_nothing(mount: Mount, query: str) -> None:
    mount.post("/upsert", {"documents": [{"id": "a", "text": "One."}]})
    assert mount.delete(f"/delete?{query}").status_code == 400
    assert mount.get("/documents/a").status_code == 200


@pytest.mark.parametrize("plugin", ["sports"], indirect=True)
def test_the_clients_of_another_api_may_ask_for_more(mount: Mount) -> None:
    assert mount.get("/nba/v1/games?nonsense=1").status_code == 200


# </examples>
