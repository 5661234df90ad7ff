"""Prints how long one keep-alive client waits for each answer, under runserver and `make serve`.

A server that sends headers and body in two writes, with Nagle's algorithm on, makes such a
client wait for some 45 ms at each request.
"""

import http.client
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from benchmarks.servers import Server, ours, runserver

REQUESTS = 100
STALL_MS = 20  # more than any answer needs, less than a stall takes


def latency_ms(server: Server) -> float:
    """Return the median time of one request after another over one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    taken = []
    for _ in range(REQUESTS):
        started = time.perf_counter()
        connection.request("GET", "/todo/todos/global")
        answer = connection.getresponse()
        answer.read()
        taken.append((time.perf_counter() - started) * 1000)
        if answer.status != 200:
            raise SystemExit(f"{server.name} answered {answer.status}.")
        if answer.will_close:
            raise SystemExit(f"{server.name} does not keep the connection alive.")
    connection.close()
    return median(taken)


def main() -> None:
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        database_url = f"sqlite:///{directory / 'bench.sqlite3'}"
        site, _ = stack.enter_context(ours(database_url, directory / "site.log"))
        development = stack.enter_context(runserver(database_url, directory / "runserver.log"))
        latencies = {server.name: latency_ms(server) for server in (development, site)}
    for name, latency in latencies.items():
        print(f"{name:12}{latency:6.1f} ms, median of {REQUESTS} requests")
    if max(latencies.values()) > STALL_MS:
        raise SystemExit("A server stalls: see the docstring of benchmarks/keepalive.py.")


if __name__ == "__main__":
    main()
