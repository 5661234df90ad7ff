"""A load generator: keep-alive connections that each send the next request upon an answer."""

import re
import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice, takewhile

STALLED = 20  # seconds without any answer

CONTENT_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
CONNECTION_CLOSE = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)


class LoadError(Exception):
    """The server did not do what was asked of it; whatever was measured means nothing."""


@dataclass(frozen=True, kw_only=True)
class Load:
    """What to send. The paths take turns; it ends after `count` requests, else by `seconds`."""

    port: int
    method: str
    paths: Sequence[str]
    body: bytes = b""
    token: str = ""
    connections: int
    seconds: float = 0
    count: int | None = None

    def messages(self) -> list[bytes]:
        lines = [f"Host: 127.0.0.1:{self.port}", "Accept: application/json"]
        if self.token:
            lines.append(f"Authorization: Bearer {self.token}")
        if self.body:
            lines += ["Content-Type: application/json", f"Content-Length: {len(self.body)}"]
        headers = "\r\n".join(lines)
        return [
            f"{self.method} {path} HTTP/1.1\r\n{headers}\r\n\r\n".encode() + self.body
            for path in self.paths
        ]

    def outgoing(self) -> Iterator[bytes]:
        """Return the requests to send from now on."""
        messages = cycle(self.messages())
        if self.count is not None:
            return islice(messages, self.count)
        end = time.perf_counter() + self.seconds
        return takewhile(lambda message: time.perf_counter() < end, messages)


@dataclass(kw_only=True)
class Outcome:
    """What came of it, how long it took, and the CPU time that the generator itself needed."""

    requests: int = 0
    seconds: float = 0
    cpu_seconds: float = 0
    failures: int = 0
    first_failure: str = ""


@dataclass
class Connection:
    """One keep-alive connection, with one request on its way at a time."""

    port: int
    received: bytes = b""
    stream: socket.socket = field(init=False)

    def __post_init__(self) -> None:
        self.stream = socket.create_connection(("127.0.0.1", self.port), timeout=STALLED)
        self.stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def answer(self) -> bytes | None:
        """Read what has arrived; return the answer once it is whole."""
        data = self.stream.recv(65536)
        if not data:
            raise LoadError("The server closed the connection without an answer.")
        self.received += data
        head, blank_line, body = self.received.partition(b"\r\n\r\n")
        if not blank_line:
            return None
        length = CONTENT_LENGTH.search(head)
        if length is None:
            raise LoadError(f"An answer without Content-Length: {head!r}")
        if len(body) < int(length[1]):
            return None
        answer, self.received = self.received, b""
        return answer


def run(load: Load) -> Outcome:
    """Send the load and count the answers. Raises LoadError when they stop coming."""
    outcome = Outcome()
    with selectors.DefaultSelector() as selector:
        waiting = [Connection(load.port) for _ in range(load.connections)]
        for connection in waiting:
            selector.register(connection.stream, selectors.EVENT_READ, connection)
        started, started_cpu = time.perf_counter(), time.process_time()
        outgoing = load.outgoing()
        in_flight = sum(send_next(connection, outgoing) for connection in waiting)
        while in_flight:
            ready = selector.select(STALLED)
            if not ready:
                raise LoadError(f"No answer for {STALLED} seconds.")
            for key, _ in ready:
                connection = key.data
                answer = connection.answer()
                if answer is None:
                    continue
                in_flight -= 1
                outcome.requests += 1
                if not answer.startswith(b"HTTP/1.1 2"):
                    outcome.failures += 1
                    outcome.first_failure = outcome.first_failure or answer.decode()
                if CONNECTION_CLOSE.search(answer):
                    connection = replace(connection, selector)
                in_flight += send_next(connection, outgoing)
        outcome.seconds = time.perf_counter() - started
        outcome.cpu_seconds = time.process_time() - started_cpu
        for key in list(selector.get_map().values()):
            key.data.stream.close()
    return outcome


def send_next(connection: Connection, outgoing: Iterator[bytes]) -> bool:
    """Send the next request; return whether there was one."""
    message = next(outgoing, None)
    if message is None:
        return False
    connection.stream.sendall(message)
    return True


def replace(connection: Connection, selector: selectors.BaseSelector) -> Connection:
    """Open a new connection where the server ends one, as hypercorn does after 1,000 requests."""
    selector.unregister(connection.stream)
    connection.stream.close()
    fresh = Connection(connection.port)
    selector.register(fresh.stream, selectors.EVENT_READ, fresh)
    return fresh
