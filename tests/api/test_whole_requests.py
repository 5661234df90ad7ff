"""A WSGI application behind granian's loop: what it is given, and what goes out, over sockets."""

import asyncio
import errno
import gc
import http.client
import json
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing
from threading import Event, Thread
from typing import Any

import pytest
from django.conf import settings
from granian.constants import HTTPModes
from granian.server.embed import Server

from api import arrival, whole_requests
from api.request_log import RequestLog
from api.whole_requests import WholeRequests
from tests.ports import free_port

RELEASED = Event()
WAITING: list[str] = []
CLOSED: list[str] = []


class Pieces:
    """An answer that is made piece by piece, and closed."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __iter__(self) -> Iterator[bytes]:
        yield b"one "
        yield b"two"

    def close(self) -> None:
        CLOSED.append(self.path)


def breaks_off() -> Iterator[bytes]:
    """Fail after the first piece, with an error that lies in a circle, as Django's can."""
    yield b"one "
    error = ValueError("seventeen")
    raise error


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    path = environ["PATH_INFO"]
    if path == "/fails":
        raise ValueError("seventeen")
    if path == "/ends":
        raise SystemExit(3)
    if path == "/waits":
        WAITING.append(path)
        RELEASED.wait(60)
    if path == "/refuses":
        start_response("401 Unauthorized", [])
        return [b"no"]
    body = environ["wsgi.input"].read()
    sizes = [("Content-Length", "7")] if path == "/pieces/counted" else []
    start_response("200 OK", [("Content-Type", "text/plain"), *sizes])
    if path == "/breaks-off":
        return breaks_off()
    if path.startswith("/pieces"):
        return Pieces(path)
    said = {k: v for k, v in environ.items() if isinstance(v, str)} | {"body": len(body)}
    return [json.dumps(said).encode()]


TARGET = WholeRequests(application, threads=2, one_first=True, at_once="/at-once", log=RequestLog())


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Serve with two threads, in this process."""
    port, loop = free_port(), asyncio.new_event_loop()
    server = Server(TARGET, "127.0.0.1", port, http=HTTPModes.http1, websockets=False)

    async def serve() -> None:
        await server.serve()

    thread = Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    while not listens(port):
        time.sleep(0.05)
    yield port
    loop.call_soon_threadsafe(server.stop)
    thread.join(10)
    loop.close()


def ask(
    port: int, path: str, method: str = "GET", body: Any = None, **headers: str
) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    with closing(connection):
        sent = {name.replace("__", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, sent)
        answer = connection.getresponse()
        answer.text = answer.read().decode()  # type: ignore[attr-defined]
        return answer


def environ_of(port: int, path: str = "/", **sent: Any) -> dict[str, Any]:
    environ: dict[str, Any] = json.loads(ask(port, path, **sent).text)  # type: ignore[attr-defined]
    return environ


def raw(port: int, sent: bytes) -> http.client.HTTPResponse:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(sent)
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        answer.text = answer.read().decode()  # type: ignore[attr-defined]
        return answer


def test_an_environ_says_what_wsgi_asks_for(port: int) -> None:
    environ = environ_of(port, "/caf%C3%A9/a%2Fb?q=%20x")
    assert environ["PATH_INFO"].encode("latin-1").decode() == "/café/a/b"
    assert environ["QUERY_STRING"] == "q=%20x"
    assert (environ["SERVER_NAME"], environ["SERVER_PORT"]) == ("127.0.0.1", str(port))
    assert environ["REMOTE_ADDR"] == "127.0.0.1"
    assert environ["SCRIPT_NAME"] == ""
    assert environ["HTTP_HOST"] == f"127.0.0.1:{port}"


def test_headers_become_variables(port: int) -> None:
    lines = b"Accept: a\r\nAccept: b\r\nCookie: c=1\r\nCookie: d=2\r\nContent-Type: text/x\r\n"
    answer = raw(port, b"GET / HTTP/1.1\r\nHost: x\r\n" + lines + b"\r\n")
    environ = json.loads(answer.text)  # type: ignore[attr-defined]
    assert environ["HTTP_ACCEPT"] == "a,b"
    assert environ["HTTP_COOKIE"] == "c=1;d=2"
    assert environ["CONTENT_TYPE"] == "text/x"


def test_a_header_with_an_underscore_is_nobodys(port: int) -> None:
    environ = environ_of(port, X_Forwarded_Host="evil.example", X__Forwarded__Proto="https")
    assert "HTTP_X_FORWARDED_HOST" not in environ
    assert environ["HTTP_X_FORWARDED_PROTO"] == "https"


@pytest.mark.parametrize("size", [0, 1, 64 * 1024, 64 * 1024 + 1, 1_000_000])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_arrives_whole(port: int, size: int, chunked: bool) -> None:
    body = iter([b"x" * size]) if chunked and size else b"x" * size
    environ = environ_of(port, "/", method="POST", body=body)
    assert (environ["body"], environ.get("CONTENT_LENGTH", "0")) == (size, str(size))


@pytest.mark.parametrize("chunked", [False, True])
def test_what_is_too_long_is_seen_to_be_and_ends_the_connection(port: int, chunked: bool) -> None:
    size = settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 100_000
    body = iter([b"x" * size]) if chunked else None
    if chunked:
        answer = ask(port, "/", "POST", body)
    else:
        answer = raw(port, f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n".encode())
    environ = json.loads(answer.text)  # type: ignore[attr-defined]
    assert int(environ["CONTENT_LENGTH"]) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    assert answer.headers["Connection"] == "close"


def test_an_answer_in_pieces_goes_out_and_is_closed(port: int) -> None:
    for path in ("/pieces", "/pieces/counted"):
        assert ask(port, path).text == "one two"  # type: ignore[attr-defined]
        while path not in CLOSED:
            time.sleep(0.01)


def test_a_fault_is_answered_without_what_it_says(port: int) -> None:
    answer = ask(port, "/fails")
    assert (answer.status, "seventeen" in answer.text) == (500, False)  # type: ignore[attr-defined]


def test_no_error_takes_a_thread_away(port: int) -> None:
    for _ in range(4):  # twice as many as there are
        assert ask(port, "/ends").status == 500
    assert ask(port, "/").status == 200


def test_an_answer_that_breaks_off_ends(port: int) -> None:
    gc.disable()
    try:
        assert ask(port, "/breaks-off").text == "one "  # type: ignore[attr-defined]
    finally:
        gc.enable()


def test_a_path_that_is_no_utf_8_is_refused(port: int) -> None:
    assert ask(port, "/%ff").status == 400


def test_a_body_that_breaks_off_is_refused(port: int) -> None:
    for length, size in ((100, 10), (100_000, 70_000)):
        head = f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n".encode()
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            connection.sendall(head + b"x" * size)
            connection.shutdown(socket.SHUT_WR)
            assert connection.recv(15) in (b"HTTP/1.1 400 Ba", b"")


CHUNK = b"3\r\nabc\r\n"
BROKEN = {
    "no number": CHUNK + b"zz\r\nabc\r\n0\r\n\r\n",
    "longer than it says": b"3\r\nabcd\r\n0\r\n\r\n",
    "a trailer": CHUNK + b"0\r\nX-A: b\r\n\r\n",
    "a wrong trailer": CHUNK + b"0\r\n:::\r\n\r\n",
}


@pytest.mark.parametrize("kind", BROKEN)
def test_chunks_that_are_broken_are_refused(port: int, kind: str) -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    answer = raw(port, head + BROKEN[kind])
    assert (answer.status, answer.headers["Connection"]) == (400, "close")
    assert raw(port, head + CHUNK + b"0\r\n\r\n").status == 200


def test_chunks_that_break_off_are_refused(port: int) -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(head + CHUNK)
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(15) in (b"HTTP/1.1 400 Ba", b"")


@pytest.mark.parametrize("length", [100, 100_000])
def test_a_body_may_take_its_time_and_no_longer(
    port: int, monkeypatch: pytest.MonkeyPatch, length: int
) -> None:
    monkeypatch.setattr(whole_requests, "BODY_SECONDS", 0.3)
    sent = f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\nx".encode()
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(sent)
        answer = b"".join(iter(lambda: connection.recv(1000), b""))  # until it is closed
    assert answer.startswith(b"HTTP/1.1 408 ") and b"connection: close\r\n" in answer


def test_more_bodies_than_may_arrive_are_refused_at_once(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole_requests, "ARRIVING_MAX", 3)
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n"
    with ExitStack() as stack:
        held = [
            stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=30))
            for _ in range(3)
        ]
        for connection in held:
            connection.sendall(head)
        while (answer := raw(port, head + b"xyz")).status == 200:
            time.sleep(0.01)  # until the three are known
        assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
        for connection in held:
            connection.sendall(b"xyz")
            assert connection.recv(15) == b"HTTP/1.1 200 OK"
    assert raw(port, head + b"xyz").status == 200


def test_more_requests_than_may_wait_are_refused_at_once(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole_requests, "WAITING_MAX", 2)
    RELEASED.clear()
    WAITING.clear()
    statuses: list[int] = []
    callers = [Thread(target=lambda: statuses.append(ask(port, "/waits").status)) for _ in range(4)]
    for caller in callers[:2]:
        caller.start()
    while len(WAITING) < 2:  # until both are worked on
        time.sleep(0.01)
    for caller in callers[2:]:
        caller.start()
    while TARGET.threads.waiting < 2:
        time.sleep(0.01)
    answer = ask(port, "/")
    RELEASED.set()
    for caller in callers:
        caller.join(60)
    assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
    assert statuses == [200] * 4


def test_a_long_body_goes_to_a_file_that_is_closed(port: int) -> None:
    assert environ_of(port, "/", method="POST", body=b"x" * (arrival.SMALL_BODY + 1))["body"] > 0


LONG = 1_000_000
HEADS = {
    "counted": f"Content-Length: {LONG}\r\n\r\n".encode(),
    "in chunks": b"Transfer-Encoding: chunked\r\n\r\n11170\r\n" + b"x" * 70_000 + b"\r\n",
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_a_long_body_that_nobody_wants_is_not_waited_for(port: int, head: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(b"POST /refuses HTTP/1.1\r\nHost: localhost\r\n" + head)
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        assert (answer.status, answer.headers["Connection"]) == (401, "close")
    until(lambda: TARGET.room.held == 0)


TOO_LONG = 20_000_000  # far more than the sockets hold


@pytest.mark.parametrize("path", ["/refuses", "/", "/at-once", "/%ff"])
@pytest.mark.parametrize("chunked", [False, True])
def test_who_sends_all_before_reading_is_told_too(port: int, path: str, chunked: bool) -> None:
    """A connection is reset where some of what was sent is never read, and its answer lost."""
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {TOO_LONG}"
    body = b"x" * TOO_LONG
    if chunked:
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    answer = raw(port, f"POST {path} HTTP/1.1\r\nHost: x\r\n{length}\r\n\r\n".encode() + body)
    statuses = {"/refuses": 401, "/": 200, "/at-once": 200, "/%ff": 400}
    assert (answer.status, answer.headers["Connection"]) == (statuses[path], "close")
    until(lambda: not TARGET.lingering)


def test_who_was_answered_takes_no_place_of_a_body(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole_requests, "ARRIVING_MAX", 2)
    head = f"POST /refuses HTTP/1.1\r\nHost: x\r\nContent-Length: {LONG}\r\n\r\n".encode()
    with ExitStack() as stack:
        for _ in range(4):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), 30))
            connection.sendall(head)
            assert connection.recv(12) == b"HTTP/1.1 401"
        until(lambda: len(TARGET.lingering) == 4)
        assert ask(port, "/", "POST", b"x" * 10).status == 200
    until(lambda: not TARGET.lingering)


def test_the_rest_of_a_body_is_waited_for_for_a_while(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole_requests, "LINGER_SECONDS", 0.3)
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(b"POST /refuses HTTP/1.1\r\nHost: localhost\r\n" + HEADS["counted"])
        while connection.recv(1000):
            pass
    until(lambda: not TARGET.lingering)


@pytest.mark.parametrize("body", [b"x" * LONG, [b"x" * 50_000] * 20], ids=["counted", "in chunks"])
def test_a_long_body_that_is_wanted_arrives_whole(port: int, body: Any) -> None:
    assert environ_of(port, "/", method="POST", body=body)["body"] == LONG
    until(lambda: TARGET.room.held == 0)


def test_bodies_have_so_much_room_together(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TARGET.room, "most", 700_000)
    head = f"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {LONG // 2}\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", port), timeout=30) as slow:
        slow.sendall(head + b"x" * (LONG // 2 - 1))
        until(lambda: TARGET.room.held == LONG // 2 - 1)
        with socket.create_connection(("127.0.0.1", port), timeout=30) as second:
            second.sendall(head + b"x" * 250_000)
            refused = http.client.HTTPResponse(second)
            refused.begin()
            assert (refused.status, refused.headers["Retry-After"]) == (503, "1")
        assert ask(port, "/", "POST", b"x" * 1000).status == 200
        slow.sendall(b"x")
        answer = http.client.HTTPResponse(slow)
        answer.begin()
        assert json.loads(answer.read())["body"] == LONG // 2
    until(lambda: TARGET.room.held == 0)


def test_a_disk_without_room_is_said_to_be_so(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(arrival, "SpooledTemporaryFile", full)
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\n" + HEADS["counted"])
        refused = http.client.HTTPResponse(connection)
        refused.begin()
        assert (refused.status, refused.headers["Retry-After"]) == (503, "1")
    until(lambda: TARGET.room.held == 0)


def until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.02)
