"""A load generator: keep-alive connections that each send the next request upon an answer."""

import asyncio
import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice, takewhile

STALLED = 20  # seconds without an answer

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
    headers: Mapping[str, str] = field(default_factory=dict)
    connections: int
    seconds: float = 0
    count: int | None = None

    def messages(self) -> list[bytes]:
        lines = [f"Host: 127.0.0.1:{self.port}", "Accept: application/json"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
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


@dataclass(frozen=True)
class Outcome:
    """How much was answered, how long it took, and the CPU time that the generator needed."""

    requests: int
    connections: int
    """How many were opened; as many as were asked for, where the server keeps them alive."""
    seconds: float
    cpu_seconds: float


def run(load: Load) -> Outcome:
    """Send the load. Raises LoadError unless every answer comes and is a 2xx."""
    counts = Counter[str]()
    started, started_cpu = time.perf_counter(), time.process_time()
    try:
        asyncio.run(send(load, counts))
    except (EOFError, OSError) as error:
        raise LoadError(f"{load.method} {load.paths[0]} got no answer: {error!r}") from error
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - started_cpu
    return Outcome(counts["requests"], counts["connections"], seconds, cpu_seconds)


async def send(load: Load, counts: Counter[str]) -> None:
    outgoing = load.outgoing()
    await asyncio.gather(
        *(keep_sending(load.port, outgoing, counts) for _ in range(load.connections))
    )


async def keep_sending(port: int, outgoing: Iterator[bytes], counts: Counter[str]) -> None:
    """Send one request after another, while there are any."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    counts["connections"] += 1
    for message in outgoing:
        writer.write(message)
        async with asyncio.timeout(STALLED):
            head = await reader.readuntil(b"\r\n\r\n")
            length = CONTENT_LENGTH.search(head)
            if length is None:
                raise LoadError(f"An answer without Content-Length: {head!r}")
            body = await reader.readexactly(int(length[1]))
        if not head.startswith(b"HTTP/1.1 2"):
            raise LoadError(f"{message.decode()}\nwas answered:\n{(head + body).decode()}")
        counts["requests"] += 1
        if CONNECTION_CLOSE.search(head):  # as hypercorn says after 1,000 requests
            writer.close()
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            counts["connections"] += 1
    writer.close()
