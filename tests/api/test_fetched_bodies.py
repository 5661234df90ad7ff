"""A body is read whole, whichever way it comes, and waited for no longer than was said."""

import gzip
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import chain, repeat

import pytest

from api.fetching import Fetcher, FetchError

pytestmark = pytest.mark.outside

LOCAL = Fetcher(loopback=True, seconds=30)
HASTY = Fetcher(loopback=True, seconds=0.5)
TEXT = b"a body " * 1000
PACKED = gzip.compress(TEXT)


@contextmanager
def answering(parts: Iterable[bytes], *, pause: float = 0) -> Iterator[str]:
    """Answer one request with these bytes, one part after the other."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(10_000)
                try:
                    for part in parts:
                        connection.sendall(part)
                        time.sleep(pause)
                except OSError:  # whoever asked has had enough
                    pass

        thread = threading.Thread(target=answer)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        thread.join()


def head(*lines: str) -> bytes:
    return "\r\n".join(["HTTP/1.1 200 OK", *lines, "", ""]).encode()


def chunk(body: bytes) -> bytes:
    return f"{len(body):x}\r\n".encode() + body + b"\r\n"


CHUNKED, GZIP = "Transfer-Encoding: chunked", "Content-Encoding: gzip"


@pytest.mark.parametrize(
    "parts",
    [
        [head(f"Content-Length: {len(TEXT)}"), TEXT],
        [head("Connection: close"), TEXT],
        [head(CHUNKED), chunk(TEXT[:10]), chunk(TEXT[10:]), b"0\r\n\r\n"],
        [head(GZIP, f"Content-Length: {len(PACKED)}"), PACKED[:5], PACKED[5:]],
        [head(GZIP, CHUNKED), chunk(PACKED[:5]), chunk(PACKED[5:]), b"0\r\n\r\n"],
    ],
    ids=["length", "close", "chunks", "gzip", "gzip in chunks"],
)
def test_a_body_is_read_whole(parts: list[bytes]) -> None:
    with answering(parts, pause=0.01) as url:
        assert LOCAL.get(url).body == TEXT


@pytest.mark.parametrize(
    "start", [head("Content-Length: 100"), head(CHUNKED)], ids=["length", "chunks"]
)
def test_a_body_that_trickles_is_not_waited_for(start: bytes) -> None:
    parts = chain([start], repeat(b"1\r\nx\r\n" if b"chunked" in start else b"x"))
    with answering(parts, pause=0.1) as url, pytest.raises(FetchError, match="took longer"):
        HASTY.get(url)


@pytest.mark.parametrize(
    "parts",
    [
        chain((bytes([each]) for each in b"HTTP/1.1 200 "), repeat(b"O")),
        chain([b"HTTP/1.1 200 OK\r\n"], repeat(b"X-More: x\r\n")),
        chain([b"HTTP/1.1 200 OK\r\nX-Long: "], repeat(b"x")),
        repeat(b"HTTP/1.1 100 Continue\r\n\r\n"),
        chain([head(CHUNKED)], repeat(b"1;x=")),
        chain([head(CHUNKED), b"0\r\n"], repeat(b"X-More: x\r\n")),
    ],
    ids=["status", "headers", "one header", "continue", "size of a chunk", "trailers"],
)
def test_nothing_that_trickles_is_waited_for(parts: Iterable[bytes]) -> None:
    """It would go on for ever."""
    with answering(parts, pause=0.1) as url, pytest.raises(FetchError, match="took longer"):
        HASTY.get(url)


def test_a_look_up_without_end_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: answered.wait(10))
    with pytest.raises(FetchError, match=r"took longer than 0\.5 seconds"):
        HASTY.get("http://slow.example/")
    assert not answered.is_set()
    answered.set()


def test_the_body_of_a_redirect_is_read_no_further_than_another() -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    redirect = head(GZIP, "Location: /", f"Content-Length: {len(bomb)}").replace(b"200", b"302")
    with answering([redirect, bomb]) as url, pytest.raises(FetchError, match="more than 2097152"):
        LOCAL.get(url)


def test_a_body_that_stops_is_not_waited_for() -> None:
    parts = [head("Content-Length: 100"), b"x"]
    with answering(parts, pause=0.6) as url, pytest.raises(FetchError, match="took longer"):
        HASTY.get(url)


@pytest.mark.parametrize(
    "parts",
    [[head("Content-Length: 100"), b"x"], [head(GZIP, "Content-Length: 5"), b"plain"]],
    ids=["broken off", "no gzip"],
)
def test_a_body_that_cannot_be_read_is_told(parts: list[bytes]) -> None:
    with answering(parts) as url, pytest.raises(FetchError, match="cannot be reached"):
        LOCAL.get(url)


def test_a_body_that_unpacks_to_too_much_is_given_up() -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    parts = [head(GZIP, f"Content-Length: {len(bomb)}"), bomb]
    with answering(parts) as url, pytest.raises(FetchError, match="more than 2097152 bytes"):
        LOCAL.get(url)


@pytest.mark.parametrize("is_elsewhere", [False, True])
def test_a_credential_goes_no_further_than_to_its_origin(is_elsewhere: bool) -> None:
    """Another port of the host is another origin, which may be somebody else's."""
    told: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.append(f"{self.path} {self.headers['Authorization']}")
            self.send_response(200 if self.path == "/end" else 302)
            self.send_header("Location", f"{target}/end")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as one, HTTPServer(("127.0.0.1", 0), Handler) as two:
        threads = [threading.Thread(target=each.serve_forever) for each in (one, two)]
        for thread in threads:
            thread.start()
        target = f"http://127.0.0.1:{(two if is_elsewhere else one).server_port}"
        named = {"Authorization": "Bearer secret"}
        try:
            LOCAL.get(f"http://127.0.0.1:{one.server_port}/", headers=named)
        finally:
            one.shutdown()
            two.shutdown()
    assert told == ["/ Bearer secret", f"/end {None if is_elsewhere else 'Bearer secret'}"]
