"""Prints how long one keep-alive client waits for each answer, under runserver and `make serve`.

A server that sends headers and body in two writes, with Nagle's algorithm on, makes such a
client wait for some 45 ms at each request.
"""

import tempfile
from contextlib import ExitStack

from benchmarks.load import Request, repeated, run
from benchmarks.servers import RUNSERVER, SERVE, production_settings, running

REQUESTS, ROUNDS = 100, 5
STALL_MS = 20  # more than any answer needs, less than a stall takes


def main() -> None:
    latencies = {}
    with ExitStack() as stack:
        directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-"))
        settings = production_settings(f"sqlite:///{directory}/bench.sqlite3")
        site = stack.enter_context(running("make serve", SERVE, settings))  # migrates for both
        debug = settings | {"DEBUG": "true"}
        development = stack.enter_context(running("runserver", RUNSERVER, debug))
        for server in (development, site):
            request = Request(method="GET", path="/todo/todos/global")
            outcomes = [
                run(server.port, [repeated([request], count=REQUESTS)]) for _ in range(ROUNDS)
            ]
            if any(outcome.errors for outcome in outcomes):
                raise SystemExit(f"{server.name} answered:\n{outcomes[0].first_error}")
            if any(outcome.connections > 1 for outcome in outcomes):
                raise SystemExit(f"{server.name} does not keep the connection alive.")
            fastest = min(outcome.seconds for outcome in outcomes)
            latencies[server.name] = fastest / REQUESTS * 1000
    for name, latency in latencies.items():
        print(f"{name:12}{latency:6.1f} ms, mean of {REQUESTS} requests; the best of {ROUNDS}")
    if max(latencies.values()) > STALL_MS:
        raise SystemExit("A server stalls: see the docstring of benchmarks/keepalive.py.")


if __name__ == "__main__":
    main()
