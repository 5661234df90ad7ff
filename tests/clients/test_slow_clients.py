"""Clients that hold on to what they have: the production server, by itself, answers the others."""

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

import pytest

from tests.clients.live_site import LiveSite

MANY = 30
"""Of each kind: several times as many as the site has threads."""

HEAD = "POST /todo/todos/slow HTTP/1.1\r\nHost: localhost\r\n"
UPLOAD = "POST /retrieval-none/upsert-file HTTP/1.1\r\nHost: localhost\r\n"  # <examples></examples>
UNFINISHED = {
    "says nothing": "",
    "a head": HEAD,
    "a body": f'{HEAD}Content-Length: 1000\r\n\r\n{{"todo": "bu',
    "a long body": f"{HEAD}Content-Length: 1000000\r\n\r\n" + " " * 70_000,
    "chunks": f'{HEAD}Transfer-Encoding: chunked\r\n\r\nc\r\n{{"todo": "bu\r\n',
    # <examples>
    "a form": f"{UPLOAD}Content-Type: multipart/form-data; boundary=x\r\n"
    "Content-Length: 1000000\r\n\r\n--x\r\n"
    'Content-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nThe ferry',
    # </examples>
    "reads no answer": "GET /todo/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n" * 200,
}


@contextmanager
def held(port: int, sent: str, count: int) -> Iterator[list[socket.socket]]:
    """Open so many connections, send each the same, and let it be."""
    with ExitStack() as stack:
        connections = []
        for _ in range(count):
            connection = socket.socket()
            stack.enter_context(closing(connection))
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.connect(("127.0.0.1", port))
            connection.settimeout(30)
            connection.sendall(sent.encode())
            connections.append(connection)
        yield connections


def port_of(site: LiveSite) -> int:
    return int(site.url.rpartition(":")[2])


def add_todo(port: int, text: str) -> tuple[int, object]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("POST", "/todo/todos/others", json.dumps({"todo": text}))
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())


@pytest.mark.parametrize("kind", UNFINISHED)
def test_slow_clients_hold_no_thread(production_site: LiveSite, kind: str) -> None:
    port = port_of(production_site)
    with held(port, UNFINISHED[kind], MANY):
        for number in range(8):
            text = f"{kind} {number}"
            assert add_todo(port, text) == (200, {"todo": text})


def test_all_kinds_at_once_hold_no_thread(production_site: LiveSite) -> None:
    port = port_of(production_site)
    with ExitStack() as stack:
        for sent in UNFINISHED.values():
            stack.enter_context(held(port, sent, MANY))
        assert add_todo(port, "beside all") == (200, {"todo": "beside all"})


def test_a_body_that_comes_in_pieces_is_read_to_its_end(production_site: LiveSite) -> None:
    port = port_of(production_site)
    with held(port, f"{HEAD}Content-Length: 20\r\n\r\n", 1) as [connection]:
        for piece in (b'{"todo": ', b'"in pieces', b'"}'[:1]):
            connection.sendall(piece)
        head = connection.recv(1000)
    assert b" 400 " in head  # twenty bytes, of which the last is not its end
    with held(port, f"{HEAD}Content-Length: 21\r\n\r\n", 1) as [connection]:
        for piece in (b'{"todo": ', b'"in pieces', b'"}'):
            connection.sendall(piece)
        assert b" 200 " in connection.recv(1000)


def test_a_body_that_breaks_off_changes_nothing(production_site: LiveSite) -> None:
    port = port_of(production_site)
    for length, body in ((100, '{"todo": "cut"}'), (100_000, '{"todo": "cut"}' + " " * 70_000)):
        sent = (
            f"POST /todo/todos/cut HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n"
        )
        with held(port, sent + body, 1) as [connection]:
            connection.shutdown(socket.SHUT_WR)
            connection.recv(1000)
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("GET", "/todo/todos/cut")
        assert json.loads(connection.getresponse().read()) == {"todos": []}


@pytest.mark.parametrize("path", ["/todo/todos/large", "/todo/mcp", "/accounts/login/"])
def test_a_refused_body_ends_its_connection(production_site: LiveSite, path: str) -> None:
    """Rather than be taken for the next request."""
    sent = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 90000000\r\n\r\n" + "x" * 1000
    )
    with held(port_of(production_site), sent, 1) as [connection]:
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        assert (answer.status // 100, answer.headers["Connection"]) == (4, "close")


@pytest.mark.parametrize(
    ("path", "status"), [("/todo/todos/%ff", 400), ("/todo/todos/%EF%BF%BD", 400), ("/%ff", 400)]
)
def test_a_path_that_is_no_utf_8_is_refused(
    production_site: LiveSite, path: str, status: int
) -> None:
    with closing(
        http.client.HTTPConnection("127.0.0.1", port_of(production_site), timeout=30)
    ) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        assert (answer.status, list(json.loads(answer.read()))) == (status, ["detail"])


def test_a_name_beyond_ascii_is_the_same_on_every_server(production_site: LiveSite) -> None:
    with closing(
        http.client.HTTPConnection("127.0.0.1", port_of(production_site), timeout=30)
    ) as connection:
        connection.request("POST", "/todo/todos/jos%C3%A9", '{"todo": "café"}'.encode())
        assert connection.getresponse().read() == '{"todo":"café"}'.encode()
        connection.request("GET", "/todo/todos/jos%C3%A9")
        assert json.loads(connection.getresponse().read()) == {"todos": ["café"]}
