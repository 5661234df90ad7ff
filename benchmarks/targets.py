"""What the todo API is measured on: requests to one server, with what each is compared with."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from benchmarks.load import LoadError, Outcome, Request, Stream, repeated, run
from benchmarks.servers import Server

KINDS = ("GET", "POST", "DELETE")
TOOLS = {"GET": "getTodos", "POST": "addTodo", "DELETE": "deleteTodo"}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "GET": {},
    "POST": {"todo": "Buy milk"},
    "DELETE": {"todo_idx": 0},
}
MCP_VERSION = "2026-07-28"


@dataclass
class Target:
    """One API of one server: GET reads one list, POST and DELETE change others in turn."""

    name: str
    server: Server
    prefix: str = ""
    tokens: tuple[str, str] = ("", "")
    """Of who reads, and of who writes."""
    reads: str = "ten"
    writes: Sequence[str] = ()
    mcp: bool = False
    sent: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    """How many requests of each kind went to the lists so far; DELETE follows POST through them."""
    todos: int = 0
    """How many todos those lists must have."""

    def request(self, kind: str, username: str, **arguments: Any) -> Request:
        token = self.tokens[username in self.writes]
        if self.mcp:
            return self.tool_call(kind, {"username": username, **arguments}, token)
        body = json.dumps(arguments).encode() if arguments else b""
        return Request(method=kind, path=f"{self.prefix}/todos/{username}", body=body, token=token)

    def tool_call(self, kind: str, arguments: dict[str, Any], token: str) -> Request:
        """Return the call of the tool that does what such a request does (revision 2026-07-28)."""
        params = {
            "name": TOOLS[kind],
            "arguments": arguments,
            "_meta": {
                "io.modelcontextprotocol/protocolVersion": MCP_VERSION,
                "io.modelcontextprotocol/clientInfo": {"name": "bench", "version": "1"},
                "io.modelcontextprotocol/clientCapabilities": {},
            },
        }
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        return Request(
            method="POST",
            path=f"{self.prefix}/mcp",
            body=json.dumps(message).encode(),
            token=token,
            headers={
                "MCP-Protocol-Version": MCP_VERSION,
                "Mcp-Method": "tools/call",
                "Mcp-Name": TOOLS[kind],
            },
        )

    def send(
        self, kind: str, *, connections: int, seconds: float, count: int | None = None
    ) -> Outcome:
        """Send requests of a kind for so long. DELETE removes no more than POST has added."""
        usernames = [self.reads] if kind == "GET" else self.writes
        if kind == "DELETE":
            count = self.todos if count is None else min(count, self.todos)
        stream = repeated(
            [self.request(kind, username, **ARGUMENTS[kind]) for username in usernames],
            start=self.sent[kind],
            count=count,
            seconds=seconds,
        )
        outcome = run(self.server.port, [stream] * connections)
        self.sent[kind] += outcome.requests
        done = outcome.requests - outcome.errors
        self.todos += {"GET": 0, "POST": done, "DELETE": -done}[kind]
        return outcome

    def read(self, usernames: Sequence[str]) -> list[list[str]]:
        """Return what is in lists. Raises LoadError unless all can be read."""
        found: list[list[str]] = []

        def each() -> Stream:
            for username in usernames:
                found.append([])
                rest: int | None = 0
                while rest is not None:
                    said = self.said((yield self.part(username, rest).message()))
                    found[-1] += said["todos"]
                    rest = said.get("next_offset")

        self.require(run(self.server.port, [each()]))
        return found

    def part(self, username: str, offset: int) -> Request:
        """Return the request for a list, or for the rest of one that is long."""
        if not offset or self.mcp:
            return self.request("GET", username, **({"offset": offset} if offset else {}))
        request = self.request("GET", username)
        return replace(request, path=f"{request.path}?offset={offset}")

    def said(self, answer: bytes) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(answer)
        return said["result"]["structuredContent"] if self.mcp else said

    def check(self) -> None:
        """Raise LoadError unless what is added can be read, and what is deleted is gone."""
        for username in (self.reads, self.writes[0]):
            before = self.read([username])[0]
            for todo in ("A", "B", "C"):
                self.act(self.request("POST", username, todo=todo))
            self.act(self.request("DELETE", username, todo_idx=len(before) + 1))
            after = self.read([username])[0]
            if after != [*before, "A", "C"]:
                raise LoadError(f"{self.name}: A, B and C added and B deleted, it has {after}.")
            for _ in range(len(after)):
                self.act(self.request("DELETE", username, todo_idx=0))
        for number in range(10):
            self.act(self.request("POST", self.reads, todo=f"Buy milk, {number}"))

    def act(self, request: Request) -> None:
        self.require(run(self.server.port, [repeated([request], count=1)]))

    def require(self, outcome: Outcome) -> None:
        if outcome.errors:
            raise LoadError(f"{self.name} answered:\n{outcome.first_error}")

    def check_count(self) -> None:
        """Raise LoadError where a todo was lost, or is there although its DELETE had a 2xx."""
        kept = sum(map(len, self.read(self.writes)))
        if kept != self.todos:
            raise LoadError(f"{self.name} should have {self.todos} todos and has {kept}.")
