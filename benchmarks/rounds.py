"""What is sent to the servers, in which order, and what is kept of it."""

import json
import secrets
import sys
import urllib.request
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.load import Load, LoadError, run
from benchmarks.servers import Server

WARM_UP = 1_000  # requests of each kind
GENERATOR_LIMIT = 0.8  # of its core; beyond it, the generator is what would be measured

RUN = secrets.token_hex(4)  # tells this run's lists from an earlier one's in the database
TEN = f"ten-{RUN}"
LISTS = [f"{RUN}-{number}" for number in range(300)]  # POST and DELETE take them in turn
BUY_MILK = b'{"todo": "Buy milk"}'
FIRST = b'{"todo_idx": 0}'
MCP_VERSION = "2026-07-28"


def progress(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Target:
    """One API of one server; GET reads the list `reads`, of ten todos."""

    name: str
    server: Server
    prefix: str = ""
    reads: str = TEN
    token: str = ""


@dataclass(frozen=True)
class Sample:
    """One target under one kind of request, for one round."""

    requests: int
    per_second: float
    cpu_us: float | None
    """CPU time of the server per request, in microseconds; None where it cannot be had."""
    generator_share: float
    """CPU time of the load generator, as a share of one core."""


class Rounds:
    """Measures the targets in turn. Those without a token get POST and DELETE too.

    `mcp` is the one whose GET and POST are also sent as calls of MCP tools.
    """

    def __init__(
        self, targets: Sequence[Target], *, mcp: Target, connections: int, seconds: float
    ) -> None:
        self.targets = targets
        self.mcp = mcp
        self.open_targets = [target for target in targets if not target.token]
        self.connections = connections
        self.seconds = seconds
        self.samples: dict[str, list[Sample]] = defaultdict(list)

    def prepare(self) -> None:
        """Fill the lists that GET reads, and warm the servers up."""
        for target in self.targets:
            self.send("POST", target, [target.reads], body=BUY_MILK, count=10)
            self.send("GET", target, [target.reads], count=WARM_UP)
        for call in (get_todos(self.mcp), add_todo(self.mcp)):
            self.send("POST", self.mcp, [], **call, count=WARM_UP)
        for target in self.open_targets:
            self.send("POST", target, LISTS, body=BUY_MILK, count=WARM_UP)
            self.send("DELETE", target, LISTS, body=FIRST, count=WARM_UP)

    def measure(self) -> None:
        """Measure every target once.

        DELETE removes exactly what POST has just added, over the same lists, so each one finds
        a todo and the next round starts from the same state.
        """
        for target in self.targets:
            self.keep("GET", target, [target.reads], seconds=self.seconds)
            if target is self.mcp:
                self.keep("MCP GET", target, [], **get_todos(target), seconds=self.seconds)
                self.keep("MCP POST", target, [], **add_todo(target), seconds=self.seconds)
        added = [
            self.keep("POST", target, LISTS, body=BUY_MILK, seconds=self.seconds)
            for target in self.open_targets
        ]
        for target, sample in zip(self.open_targets, added, strict=True):
            self.keep("DELETE", target, LISTS, body=FIRST, count=sample.requests)
            require_empty(target)

    def keep(self, kind: str, target: Target, usernames: Sequence[str], **load: Any) -> Sample:
        method = "POST" if kind.startswith("MCP") else kind
        sample = self.send(method, target, usernames, **load)
        name = f"{kind} {target.name}"
        self.samples[name].append(sample)
        cpu = "" if sample.cpu_us is None else f", {sample.cpu_us:6.0f} µs of CPU each"
        progress(f"  {name:20}{sample.per_second:8.0f} requests/s{cpu}")
        if sample.generator_share > GENERATOR_LIMIT:
            progress(
                f"  The load generator used {sample.generator_share:.0%} of its core: "
                "the figure above is its own limit rather than the server's."
            )
        return sample

    def send(self, method: str, target: Target, usernames: Sequence[str], **load: Any) -> Sample:
        """Send one load. Raises LoadError unless every answer is a 2xx."""
        paths = load.pop("paths", [f"{target.prefix}/todos/{name}" for name in usernames])
        job = Load(
            port=target.server.port,
            method=method,
            paths=paths,
            token=target.token,
            connections=self.connections,
            **load,
        )
        before = target.server.cpu_seconds()
        outcome = run(job)
        after = target.server.cpu_seconds()
        used = None if before is None or after is None else after - before
        return Sample(
            requests=outcome.requests,
            per_second=outcome.requests / outcome.seconds,
            cpu_us=None if used is None else used / outcome.requests * 1e6,
            generator_share=outcome.cpu_seconds / outcome.seconds,
        )


def get_todos(target: Target) -> dict[str, Any]:
    """Return the call of the tool that answers what GET does, as a load."""
    return tool_call(target, "getTodos", {"username": target.reads})


def add_todo(target: Target) -> dict[str, Any]:
    """Return the call of the tool that does what POST does, to a list of its own."""
    return tool_call(target, "addTodo", {"username": f"mcp-{RUN}", "todo": "Buy milk"})


def tool_call(target: Target, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    params = {
        "name": tool,
        "arguments": arguments,
        "_meta": {
            "io.modelcontextprotocol/protocolVersion": MCP_VERSION,
            "io.modelcontextprotocol/clientInfo": {"name": "bench", "version": "1"},
            "io.modelcontextprotocol/clientCapabilities": {},
        },
    }
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    return {
        "paths": [f"{target.prefix}/mcp"],
        "body": json.dumps(message).encode(),
        "headers": {
            "MCP-Protocol-Version": MCP_VERSION,
            "Mcp-Method": "tools/call",
            "Mcp-Name": tool,
        },
    }


def require_empty(target: Target) -> None:
    """Raise LoadError unless every todo was removed: the baseline answers 200 either way."""
    for username in LISTS:
        url = f"http://127.0.0.1:{target.server.port}{target.prefix}/todos/{username}"
        with urllib.request.urlopen(url) as answer:
            if json.load(answer) != {"todos": []}:
                raise LoadError(f"{target.name} answered DELETE but kept todos of {username}.")
