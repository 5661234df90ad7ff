"""A call in a frame that is known is answered as the first was; nothing else is taken for one."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from mcp_types import INTERNAL_ERROR

from oauth_demo.models import Token
from plugins.mcp import frames
from plugins.mcp.frames import FRAME_MAX, shapes
from tests.conftest import Mount, mount_of
from tests.plugins.mcp_client import ERAS, LEGACY, MODERN, ask, call, message
from todos.models import TodoList

pytestmark = pytest.mark.django_db

ANN = {"username": "ann"}


@pytest.fixture(autouse=True)
def none_known() -> Iterator[None]:
    shapes.clear()
    yield
    shapes.clear()


@pytest.fixture
def listed(todo: Mount) -> Mount:
    TodoList("todo", "ann").add("milk")
    return todo


def without_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    def run_request(*arguments: Any) -> Any:
        raise AssertionError("The kernel was asked.")

    monkeypatch.setattr("plugins.mcp.views.run_request", run_request)


@pytest.mark.parametrize("era", ["2025-03-26", "2025-06-18", *ERAS])
def test_the_second_call_is_answered_as_the_first(
    listed: Mount, monkeypatch: pytest.MonkeyPatch, era: str
) -> None:
    first = call(listed, "getTodos", ANN, era=era)
    without_kernel(monkeypatch)
    again = call(listed, "getTodos", ANN, era=era)
    assert again.content == first.content
    assert again.headers == first.headers


def test_arguments_and_ids_are_the_calls_own(
    listed: Mount, monkeypatch: pytest.MonkeyPatch
) -> None:
    call(listed, "getTodos", ANN)
    without_kernel(monkeypatch)
    TodoList("todo", "bob").add('"bread", \u2028 and \\')
    params = {"name": "getTodos", "arguments": {"username": "bob"}}
    for name in (7, "seven", -1, 2**63):
        body = {**message("tools/call", params, era=LEGACY), "id": name}
        answer = listed.post("/mcp", body, headers={"mcp-protocol-version": LEGACY}).json()
        assert answer["id"] == name
        assert answer["result"]["structuredContent"] == {"todos": ['"bread", \u2028 and \\']}
        [said] = answer["result"]["content"]
        assert json.loads(said["text"]) == answer["result"]["structuredContent"]


def test_a_list_of_messages_may_hold_known_calls(
    listed: Mount, monkeypatch: pytest.MonkeyPatch
) -> None:
    params = {"name": "getTodos", "arguments": ANN}
    alone = listed.post("/mcp", message("tools/call", params, era=LEGACY)).json()
    without_kernel(monkeypatch)
    both = listed.post("/mcp", [message("tools/call", params, era=LEGACY)] * 2).json()
    assert both == [alone, alone]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"username": "a\x00"}, "username"),
        ({"username": "ann", "limit": -1}, "limit"),
        ({"user": "ann"}, "There is no argument 'user'"),
        ({}, "username: Missing."),
    ],
)
def test_what_is_wrong_with_arguments_is_said_as_before(
    listed: Mount, arguments: Mapping[str, Any], said: str
) -> None:
    first = call(listed, "getTodos", dict(arguments), era=MODERN).json()
    call(listed, "getTodos", ANN, era=MODERN)
    again = call(listed, "getTodos", dict(arguments), era=MODERN).json()
    assert again == first
    assert again["result"]["isError"] is True
    assert said in again["result"]["content"][0]["text"]


@pytest.mark.parametrize(
    "change",
    [
        {"id": None},
        {"id": True},
        {"id": 1.5},
        {"id": [1]},
        {"jsonrpc": "1.0"},
        {"jsonrpc": None},
        {"method": "tools/calls"},
        {"params": None},
        {"params": [1]},
        {"params": {"name": "getTodos", "arguments": [ANN]}},
        {"params": {"name": "getTodos", "arguments": "ann"}},
        {"params": {"name": "getTodos", "arguments": 0}},
        {"params": {"name": "getTodo", "arguments": ANN}},
        {"params": {"name": ["getTodos"], "arguments": ANN}},
        {"params": {"name": "getTodos", "arguments": ANN, "_meta": 1}},
    ],
)
@pytest.mark.parametrize("era", ERAS)
def test_a_message_that_is_not_right_is_refused_as_before(
    listed: Mount, era: str, change: dict[str, Any]
) -> None:
    good = message("tools/call", {"name": "getTodos", "arguments": ANN}, era=era)
    headers = {"mcp-protocol-version": era}
    if era == MODERN:
        headers |= {"mcp-method": "tools/call", "mcp-name": "getTodos"}
    if isinstance(params := change.get("params"), dict):
        change = {"params": {**good["params"], **params}}
    wrong = {**good, **change}
    first = listed.post("/mcp", wrong, headers=headers)
    assert "result" not in first.json()
    assert listed.post("/mcp", good, headers=headers).json()["result"]["isError"] is False
    again = listed.post("/mcp", wrong, headers=headers)
    assert (again.status_code, again.content) == (first.status_code, first.content)


@pytest.mark.parametrize(
    "headers",
    [
        {"mcp-protocol-version": "2026-07-29"},
        {"mcp-protocol-version": LEGACY},
        {"mcp-name": "addTodo"},
        {"mcp-name": ""},
        {"mcp-method": "tools/list"},
    ],
)
def test_headers_belong_to_the_frame(listed: Mount, headers: dict[str, str]) -> None:
    first = call(listed, "getTodos", ANN, era=MODERN, headers=headers)
    call(listed, "getTodos", ANN, era=MODERN)
    again = call(listed, "getTodos", ANN, era=MODERN, headers=headers)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.status_code == 400 or headers["mcp-protocol-version"] == LEGACY


def test_what_a_client_says_of_itself_belongs_to_the_frame(listed: Mount) -> None:
    call(listed, "getTodos", ANN, era=MODERN)
    params = {"name": "getTodos", "arguments": ANN}
    body = message("tools/call", params, era=MODERN)
    body["params"]["_meta"]["io.modelcontextprotocol/clientCapabilities"] = 5
    headers = {"mcp-method": "tools/call", "mcp-name": "getTodos", "mcp-protocol-version": MODERN}
    assert listed.post("/mcp", body, headers=headers).status_code == 400


def test_each_plugin_has_frames_of_its_own(listed: Mount) -> None:
    call(listed, "getTodos", ANN)
    for slug in ("todo-service", "todo-user", "todo-oauth"):
        assert call(mount_of(slug, "prefix"), "getTodos", {}).status_code == 401


def test_a_known_frame_opens_nothing(ann: User) -> None:
    """Who calls is asked each time: no token, a wrong one, one that was revoked."""
    mount = mount_of("todo-user", "prefix")
    token, secret = Token.objects.issue(plugin="todo-user", name="MCP", user=ann)
    assert call(mount, "getTodos", {}, token=secret).status_code == 200
    assert shapes
    assert call(mount, "getTodos", {}).status_code == 401
    assert call(mount, "getTodos", {}, token="wrong").status_code == 401
    token.revoke()
    assert call(mount, "getTodos", {}, token=secret).status_code == 401


@pytest.mark.parametrize("era", ERAS)
def test_what_nobody_foresaw_is_said_as_before(
    listed: Mount, monkeypatch: pytest.MonkeyPatch, era: str
) -> None:
    def fail(*arguments: Any, **kwargs: Any) -> Any:
        raise RuntimeError

    known = call(listed, "getTodos", ANN, era=era)
    assert known.json()["result"]["isError"] is False
    monkeypatch.setattr(TodoList, "page", fail)
    again = call(listed, "getTodos", ANN, era=era)
    shapes.clear()
    first = call(listed, "getTodos", ANN, era=era)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert first.json()["error"]["code"] == INTERNAL_ERROR


def test_what_was_done_before_a_failure_is_told(
    listed: Mount, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = {"name": "addTodo", "arguments": {**ANN, "todo": "bread"}}
    read = {"name": "getTodos", "arguments": ANN}
    both = [message("tools/call", params, era=LEGACY) for params in (add, read)]
    listed.post("/mcp", both)
    monkeypatch.setattr(TodoList, "page", None)
    added, failed = listed.post("/mcp", both).json()
    assert added["result"]["structuredContent"] == {"todo": "bread"}
    assert failed["error"]["code"] == INTERNAL_ERROR


def test_a_view_that_answers_no_json_spoils_no_message(
    listed: Mount, monkeypatch: pytest.MonkeyPatch
) -> None:
    call(listed, "getTodos", ANN)
    for wrong in (b'{"a": NaN}', b'{"a": "\\ud800"}', b'{"a": 1', b'{"a": 1}{"b": 2}'):
        monkeypatch.setattr("plugins.mcp.calls.run", lambda *_, said=wrong: HttpResponse(said))
        assert call(listed, "getTodos", ANN).json()["error"]["code"] == INTERNAL_ERROR
    monkeypatch.setattr("plugins.mcp.calls.run", lambda *_: HttpResponse(b' {"a": 1.0}\n'))
    said = call(listed, "getTodos", ANN).json()["result"]
    assert said["structuredContent"] == {"a": 1.0}


def test_nothing_that_was_answered_is_remembered(listed: Mount) -> None:
    assert "milk" in call(listed, "getTodos", ANN).text
    assert shapes
    assert "milk" not in repr(shapes)


def test_only_what_succeeded_is_remembered(listed: Mount) -> None:
    call(listed, "getTodos", {"username": ""})
    call(listed, "getTodo", ANN)
    ask(listed, "tools/list")
    assert not shapes


def test_long_frames_are_not_kept_and_not_too_many(
    listed: Mount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames, "FRAMES_MAX", 3)
    for number in range(10):
        said = {"name": "getTodos", "arguments": ANN, "_meta": {"progressToken": number}}
        assert "result" in ask(listed, "tools/call", said).json()
        assert len(shapes) <= 3
    shapes.clear()
    long = {"name": "getTodos", "arguments": ANN, "_meta": {"progressToken": "x" * FRAME_MAX}}
    assert "result" in ask(listed, "tools/call", long).json()
    call(listed, "getTodos", ANN, headers={"mcp-name": "x" * FRAME_MAX})
    assert not shapes
