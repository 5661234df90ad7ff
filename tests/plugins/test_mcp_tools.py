"""The tools of a plugin are the operations of its document, and calling one is calling it."""

import json
from typing import Any

import jsonschema
import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from plugins.patterns import NOT_IN_RE2
from tests.conftest import Mount, mount_of
from tests.plugins.mcp_client import ERAS, MODERN, ask, call, result
from todos.models import Todo, TodoList

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("era", ERAS)
def test_the_tools_are_the_operations_of_the_document(
    mount: Mount, token: str | None, era: str
) -> None:
    tools = {
        tool["name"]: tool
        for tool in result(ask(mount, "tools/list", era=era, token=token))["tools"]
    }
    document = mount.get("/openapi.json").json()
    documented = {
        operation["operationId"]: operation
        for methods in document["paths"].values()
        for operation in methods.values()
    }
    assert tools.keys() == documented.keys()
    own = {"username"} if mount.plugin.auth.callers == "people" else set()
    for name, operation in documented.items():
        named = {each["name"] for each in operation.get("parameters", [])} - own
        body = operation.get("requestBody", {}).get("content", {})
        if body:
            reference = body["application/json"]["schema"]["$ref"].rpartition("/")[2]
            named |= document["components"]["schemas"][reference]["properties"].keys()
        assert tools[name]["inputSchema"]["properties"].keys() == named
        assert tools[name]["title"] == operation["summary"]
        assert operation["summary"].rstrip(".") in tools[name]["description"]


def test_every_schema_is_one_that_clients_can_read(mount: Mount, token: str | None) -> None:
    for tool in result(ask(mount, "tools/list", token=token))["tools"]:
        for schema in (tool["inputSchema"], tool["outputSchema"]):
            jsonschema.Draft202012Validator.check_schema(schema)
            assert schema["type"] == "object"
            text = json.dumps(schema)
            assert "nullable" not in text and "components" not in text
            assert not NOT_IN_RE2.search(text)
        assert all(
            len(name) <= 64 and "[" not in name for name in tool["inputSchema"]["properties"]
        )
        assert len(tool["annotations"]) == 4


def test_the_hints_say_what_an_operation_does(todo: Mount) -> None:
    tools = {tool["name"]: tool["annotations"] for tool in result(ask(todo, "tools/list"))["tools"]}
    assert tools["getTodos"]["readOnlyHint"] is True
    assert tools["addTodo"]["readOnlyHint"] is tools["addTodo"]["destructiveHint"] is False
    assert tools["deleteTodo"]["destructiveHint"] is True
    # <examples>
    retrieval = mount_of("retrieval-none")
    listed = {tool["name"]: tool for tool in result(ask(retrieval, "tools/list"))["tools"]}
    assert listed["queryDocuments"]["annotations"]["readOnlyHint"] is True  # by POST
    # </examples>


@pytest.mark.parametrize("era", ERAS)
def test_a_call_answers_what_http_answers(todo: Mount, era: str) -> None:
    added = result(call(todo, "addTodo", {"username": "ann é", "todo": "Buy milk"}, era=era))
    assert added["structuredContent"] == {"todo": "Buy milk"}
    [text] = added["content"]
    assert json.loads(text["text"]) == added["structuredContent"]
    listed = result(call(todo, "getTodos", {"username": "ann é", "limit": 5}, era=era))
    assert listed["structuredContent"] == todo.get("/todos/ann%20%C3%A9?limit=5").json()
    gone = result(call(todo, "deleteTodo", {"username": "ann é", "todo_idx": 0}, era=era))
    assert gone["structuredContent"] == {"deleted": "Buy milk"}


@pytest.mark.parametrize(
    ("tool", "arguments", "word"),
    [
        ("deleteTodo", {"username": "ann", "todo_idx": 7}, "no todo at index 7"),
        ("deleteTodo", {"username": "ann"}, "todo_idx: Missing"),
        ("addTodo", {"username": "ann", "todo": "x" * 2001}, "Too long"),
        ("addTodo", {"username": "a" * 151, "todo": "x"}, "Too long"),
        ("getTodos", {"username": "../admin"}, "slash"),
        ("getTodos", {}, "username: Missing. Whose list."),
        ("getTodos", {"username": "ann", "limt": 3}, "There is no argument 'limt'"),
        ("getTodos", {"username": "ann", "limit": "three"}, "limit"),
    ],
)
def test_a_wrong_call_is_told_what_to_do(
    todo: Mount, tool: str, arguments: dict[str, Any], word: str
) -> None:
    answer = result(call(todo, tool, arguments))
    assert answer["isError"] is True
    assert word in answer["content"][0]["text"]
    assert not Todo.objects.exists()


@pytest.mark.parametrize("era", ERAS)
def test_a_tool_that_is_not_there_is_an_error_of_the_protocol(todo: Mount, era: str) -> None:
    response = call(todo, "eraseAll", {}, era=era)
    assert response.json()["error"]["code"] == -32602
    assert response.status_code == (400 if era == MODERN else 200)


def test_a_call_makes_the_queries_of_its_view_and_no_more(
    todo: Mount, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    TodoList("todo", "ann").add("x")
    with django_assert_num_queries(1):
        call(todo, "getTodos", {"username": "ann"})


def test_a_call_with_a_token_looks_it_up_once(
    todo_user: Mount, anns_token: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):
        assert result(call(todo_user, "getTodos", {}, token=anns_token))["isError"] is False


def test_a_call_counts_once(todo: Mount, settings: Settings) -> None:
    settings.THROTTLE_RATES = {"address": "3/day"}
    told = [result(call(todo, "getTodos", {"username": "ann"}))["isError"] for _ in range(4)]
    assert told == [False, False, False, True]
