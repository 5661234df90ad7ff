"""JSON is read as clients send it, and what is wrong with it is told."""

import pytest

from tests.conftest import Mount

TEXT = '{"todo": "Grüße"}'
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32-be"])
def test_a_body_in_any_encoding_of_unicode_is_read(todo: Mount, encoding: str) -> None:
    answer = todo.post("/todos/ann", raw=TEXT.encode(encoding))
    assert (answer.status_code, answer.json()) == (200, {"todo": "Grüße"})


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (TEXT.encode("latin-1"), "byte 12 is no UTF-8. Encode it as UTF-8"),
        (b"\xff\xfe{", "its text is broken"),
        (b"\xef\xbb\xbf", "not JSON"),
        (b"{todo: 'x'}", "not JSON"),
        (b'{"todo": "a"}\n{"todo": "b"}', "not JSON"),
        (b'{"todo": "a", "todo": "b"}', "the name 'todo' is there twice"),
        (b'{"x": [{"a": 1, "b": 2, "a": 3}]}', "the name 'a' is there twice"),
        (b'{"a":' * 990 + b"1" + b"}" * 990, "nested too deeply"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(todo: Mount, body: bytes, words: str) -> None:
    answer = todo.post("/todos/ann", raw=body)
    assert answer.status_code == 400
    assert words in answer.json()["detail"]
    assert todo.get("/todos/ann").json() == {"todos": []}


@pytest.mark.parametrize("body", [b'{"todo": "a", "x": {"todo": 1}}', b'{"todo": "a: b: c"}'])
def test_one_name_in_two_objects_is_no_repetition(todo: Mount, body: bytes) -> None:
    assert todo.post("/todos/ann", raw=body).status_code == 200


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'\xef\xbb\xbf{"jsonrpc": "2.0"}', "Send a JSON-RPC 2.0 request."),
        (b'{"jsonrpc": "2.0", "id": 1, "id": 2, "method": "ping"}', "'id' is there twice"),
    ],
)
def test_a_message_to_an_mcp_server_is_read_alike(todo: Mount, body: bytes, words: str) -> None:
    assert words in todo.post("/mcp", raw=body).json()["error"]["message"]
