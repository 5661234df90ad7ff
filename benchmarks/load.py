"""A load generator: keep-alive connections that each send the next request upon an answer.

Written for little CPU of its own: it runs beside servers that need some 50 µs for a request.
"""

import itertools
import re
import selectors
import socket
import time
from array import array
from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

STALLED = 20  # seconds without any answer

CONTENT_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
CONNECTION_CLOSE = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)

Stream = Generator[bytes, Any, None]
"""The requests of one connection, or of several; each is sent the body of the answer before it."""


class LoadError(Exception):
    """The server did not do what was asked of it; whatever was measured means nothing."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """One HTTP request to a server on this machine."""

    method: str
    path: str
    body: bytes = b""
    token: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def message(self) -> bytes:
        lines = [f"{self.method} {self.path} HTTP/1.1", "Host: 127.0.0.1"]
        lines += ["Accept: application/json"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if self.token:
            lines.append(f"Authorization: Bearer {self.token}")
        if self.body:
            lines += ["Content-Type: application/json", f"Content-Length: {len(self.body)}"]
        return "\r\n".join([*lines, "", ""]).encode() + self.body


@dataclass
class Outcome:
    """How the requests were answered, how long it took, and what CPU time the generator needed."""

    statuses: Counter[int] = field(default_factory=Counter)
    """How many answers had which status; 0 stands for a connection that broke instead."""
    latencies: "array[float]" = field(default_factory=lambda: array("d"))
    """Seconds, of each answer."""
    connections: int = 0
    """How many were opened; as many as were asked for, where the server keeps them alive."""
    first_error: str = ""
    seconds: float = 0
    cpu_seconds: float = 0

    @property
    def requests(self) -> int:
        return self.statuses.total()

    @property
    def errors(self) -> int:
        """How many had another answer than a 2xx, or none."""
        return sum(count for status, count in self.statuses.items() if not 200 <= status < 300)

    def percentile(self, share: float) -> float:
        """Return the seconds within which this share of the answers came."""
        ordered = sorted(self.latencies)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0


def repeated(
    requests: Sequence[Request], *, start: int = 0, count: int | None = None, seconds: float = 1e9
) -> Stream:
    """Send these in turn from the one at `start` on, until the count or the time is over."""
    messages = [request.message() for request in requests]
    end = time.perf_counter() + seconds
    for number in itertools.islice(itertools.count(start), count):
        if time.perf_counter() >= end:
            return
        yield messages[number % len(messages)]


class Connection:
    """A socket with one request on its way."""

    def __init__(self, port: int, stream: Stream) -> None:
        self.port = port
        self.stream = stream

    def open(self) -> None:
        self.received = b""
        self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=STALLED)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, body: bytes | None) -> bool:
        """Send the next request, if there is one."""
        try:
            message = self.stream.send(body)
        except StopIteration:
            return False
        self.sent = time.perf_counter()
        with suppress(OSError):  # reading will find out
            self.socket.sendall(message)
        return True

    def answer(self) -> tuple[bytes, bytes] | None:
        """Take in what has come; return head and body once both are complete."""
        part = self.socket.recv(1 << 20)
        if not part:
            raise ConnectionResetError("closed before the answer was complete")
        self.received += part
        head, end, body = self.received.partition(b"\r\n\r\n")
        if not end:
            return None
        length = CONTENT_LENGTH.search(head)
        if length is None:
            raise LoadError(f"An answer without Content-Length: {head!r}")
        if len(body) < int(length[1]):
            return None
        self.received = b""
        return head, body


def run(port: int, streams: Sequence[Stream]) -> Outcome:
    """Send each stream over a connection of its own; the same one may stand for several."""
    outcome = Outcome()
    with selectors.DefaultSelector() as selector:
        started, started_cpu = time.perf_counter(), time.process_time()
        for stream in streams:
            start(Connection(port, stream), None, selector, outcome)
        while selector.get_map():
            ready = selector.select(STALLED)
            if not ready:
                raise LoadError(f"No answer came within {STALLED} s.")
            for key, _ in ready:
                proceed(key.data, selector, outcome)
        outcome.seconds = time.perf_counter() - started
        outcome.cpu_seconds = time.process_time() - started_cpu
    return outcome


def start(
    connection: Connection,
    answer: bytes | None,
    selector: selectors.BaseSelector,
    outcome: Outcome,
) -> None:
    connection.open()
    outcome.connections += 1
    selector.register(connection.socket, selectors.EVENT_READ, connection)
    if not connection.send(answer):
        end(connection, selector)


def end(connection: Connection, selector: selectors.BaseSelector) -> None:
    selector.unregister(connection.socket)
    connection.socket.close()


def proceed(connection: Connection, selector: selectors.BaseSelector, outcome: Outcome) -> None:
    """Count an answer that has come, and send what is next."""
    try:
        answer = connection.answer()
    except OSError as error:
        answer = (f"HTTP/1.1 000 {error!r}\r\nConnection: close".encode(), b"")
    if answer is None:
        return
    head, body = answer
    status = int(head[9:12])
    outcome.statuses[status] += 1
    outcome.latencies.append(time.perf_counter() - connection.sent)
    if not 200 <= status < 300:
        outcome.first_error = outcome.first_error or (head + b"\n" + body).decode()
    if CONNECTION_CLOSE.search(head):  # as hypercorn says after 1,000 requests
        end(connection, selector)
        start(connection, body, selector, outcome)
    elif not connection.send(body):
        end(connection, selector)
