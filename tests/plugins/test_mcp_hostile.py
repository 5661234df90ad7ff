"""What no client should send: refused in the protocol's own words, and nothing is changed."""

import json
import random
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from pytest_django import Settings

from tests.conftest import Mount
from tests.plugins.mcp_client import ERAS, LEGACY, MODERN, ask, message
from todos.models import Todo, TodoList

pytestmark = pytest.mark.django_db

ADD = message(
    "tools/call", {"name": "addTodo", "arguments": {"username": "a", "todo": "b"}}, era=MODERN
)
BITS: list[Any] = [
    *(None, True, -1, 2**70, 10**300, 1e308, "", "\x00", "\u202e", "é" * 99, "a" * 5_000),
    *([], {}, [[]], {"a": {}}, {"_meta": None}, ["tools/call"], {"name": "addTodo"}),
]
HEADERS = {
    "mcp-protocol-version": [*ERAS, "2025-03-26", "1", "", "9" * 200, "é"],
    "mcp-method": ["tools/call", "tools/list", "", "=?base64?!?="],
    "mcp-name": ["addTodo", "x", "=?base64?YWRkVG9kbw==?="],
    "accept": ["*/*", "text/html", ""],
    "content-type": ["application/json", "text/plain", "application/json; charset=utf-16"],
}


@pytest.fixture
def kept(todo: Mount, settings: Settings) -> Iterator[list[str]]:
    """A list that is the same afterwards, with no other beside it."""
    settings.THROTTLE = False
    TodoList("todo", "ann").add("milk")
    yield []
    assert list(Todo.objects.values_list("username", "text")) == [("ann", "milk")]


def broken(rng: random.Random) -> bytes:
    """Return a message that is no good call: with wrong parts, cut off, or with keys twice."""
    made = json.loads(json.dumps(ADD))
    for _ in range(rng.randint(1, 3)):
        place = rng.choice([made, made.get("params")])
        if isinstance(place, dict) and place:
            name = rng.choice(list(place))
            place["id" if name == "params" else name] = deepcopy(rng.choice(BITS))
    if made.get("method") == "tools/call":
        made["params"] = deepcopy(rng.choice(BITS))
    raw = json.dumps(made).encode()
    match rng.randint(0, 9):
        case 0 | 1:
            return raw[: rng.randint(0, len(raw) - 1)]
        case 2:  # the last of two keys counts, here one that is no call
            return raw[:-1] + b', "method": "tools/lists", "params": {}}'
        case 3:
            return raw.replace(b"{", b"[", 1)
        case 4:
            at = rng.randint(0, len(raw) - 1)
            return raw[:at] + bytes([rng.randint(0, 255)]) + raw[at:] + b"}"
    return raw


def send_broken(todo: Mount, *, seed: int, count: int) -> None:
    rng = random.Random(seed)  # noqa: S311  (the same messages each time)
    for _ in range(count):
        raw = broken(rng)
        headers = {name: rng.choice(values) for name, values in HEADERS.items()}
        content_type = headers.pop("content-type")
        response = todo.call("POST", "/mcp", raw=raw, headers=headers, content_type=content_type)
        assert response.status_code < 500, (headers, raw)
        if response.status_code != 202:
            answer = response.json()
            assert isinstance(answer, list) or answer.keys() & {"error", "result", "detail"}, raw


def test_malformed_messages_are_refused_and_change_nothing(todo: Mount, kept: None) -> None:
    send_broken(todo, seed=7, count=500)


@pytest.mark.outside
def test_ten_thousand_malformed_messages_are_refused_and_change_nothing(
    todo: Mount, kept: None
) -> None:
    send_broken(todo, seed=8, count=10_000)


@pytest.mark.parametrize(
    "raw",
    [
        b" ",
        b"\xff",
        b"\xef\xbb\xbf",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"[" + b"1," * 10 + b"1]",
        b'{"jsonrpc": "2.0", "id": ' + b"9" * 10_000 + b', "method": "ping"}',
        b'{"jsonrpc": "2.0", "id": 1, "method": "ping", "params": '
        + b'{"a":' * 900
        + b"1"
        + b"}" * 901,
        b'{"jsonrpc": "2.0", "id": "\\ud800", "method": "ping"}',
    ],
)
@pytest.mark.parametrize("era", [LEGACY, MODERN, "2025-03-26"])
def test_what_is_no_message_is_told_so(todo: Mount, kept: None, raw: bytes, era: str) -> None:
    response = todo.call("POST", "/mcp", raw=raw, headers={"mcp-protocol-version": era})
    assert response.status_code in (200, 400)
    answers = response.json() if isinstance(response.json(), list) else [response.json()]
    assert all("error" in answer or answer["result"] == {} for answer in answers)


@pytest.mark.parametrize("name", ["mcp-method", "mcp-name", "mcp-protocol-version"])
def test_a_header_that_says_another_thing_than_the_body_is_refused(
    todo: Mount, kept: None, name: str
) -> None:
    arguments = {"name": "addTodo", "arguments": {"username": "ann", "todo": "x"}}
    response = ask(todo, "tools/call", arguments, era=MODERN, headers={name: "2027-01-01"})
    assert response.status_code == 400
    assert response.json()["error"]["code"] < 0


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"content-type": "text/plain"}, 415),
        ({"content-type": "multipart/form-data; boundary=x"}, 415),
        ({"origin": "null"}, 403),
        ({"origin": "http://localhost.evil.example"}, 403),
        ({"host": "evil.example"}, 400),
    ],
)
def test_what_comes_from_elsewhere_or_in_another_form_is_refused(
    todo: Mount, kept: None, headers: dict[str, str], status: int
) -> None:
    content_type = headers.pop("content-type", "application/json")
    raw = json.dumps(ADD).encode()
    response = todo.call("POST", "/mcp", raw=raw, headers=headers, content_type=content_type)
    assert response.status_code == status
