"""Those who write all the time, and know what has to be there."""

import json
import time
from collections import Counter
from itertools import count
from random import Random
from typing import Any

from tests.chaos.site import AGAIN, WITHIN, Answer, BrokenError, NoAnswerError, Site
from tests.chaos.words import words_of

LONG, SHORT = 20, 5  # todos between which the length of a list goes up and down
SETTLES = 0.5
"""Seconds until what somebody asked of a process that was killed is done, or never will be: the
database may have it still."""
LOOKS = 25  # acts after which a list is read


class Writer:
    """One list, to which nobody else writes, and what has to be on it.

    What was asked for and not acknowledged may have been done or not, but once, wholly, and not
    later: the list is read before the next act.
    """

    def __init__(self, site: Site, name: str, chance: Random) -> None:
        self.site, self.name, self.chance = site, name, chance
        self.numbers = count()
        self.todos: list[str] = []
        self.seen = Counter[str]()
        self.grows = True

    def ask(self, method: str, body: dict[str, Any]) -> Answer:
        raise NotImplementedError

    def read(self) -> list[str] | None:
        """Return the list; None where the site cannot say just now."""
        raise NotImplementedError

    def act(self) -> None:
        """Add a todo, or delete one, as the length of the list wants it."""
        if len(self.todos) >= LONG:
            self.grows = False
        if len(self.todos) <= SHORT:
            self.grows = True
        if self.grows or self.chance.random() < 0.2:
            self.add(f"{self.name} {next(self.numbers)}")
        else:
            self.delete(self.chance.randrange(len(self.todos)))
        if self.seen["acknowledged"] % LOOKS == 0:
            self.settle([self.todos])

    def add(self, text: str) -> bool:
        return self.change("POST", {"todo": text}, {"todo": text}, [*self.todos, text])

    def delete(self, index: int) -> bool:
        left = [*self.todos[:index], *self.todos[index + 1 :]]
        return self.change("DELETE", {"todo_idx": index}, {"deleted": self.todos[index]}, left)

    def change(
        self, method: str, body: dict[str, Any], expected: dict[str, Any], after: list[str]
    ) -> bool:
        """Ask for a change; say whether it was acknowledged."""
        try:
            answer = self.ask(method, body)
        except NoAnswerError:
            self.seen["cut off"] += 1
            self.settle([self.todos, after])
            return False
        if answer.status == 503:
            self.seen["503"] += 1
            words_of(f"{method} by {self.name}", answer, page=False)
            self.settle([self.todos, after])
            return False
        if answer.status != 200 or answer.json() != expected:
            raise BrokenError(f"{self.name}: {answer.status} {answer.content[:300]!r}")
        self.seen["acknowledged"] += 1
        self.todos = after
        return True

    def settle(self, possible: list[list[str]]) -> None:
        """Read the list, as soon as that is possible, and compare."""
        if len(possible) > 1:
            time.sleep(SETTLES)
        deadline = time.monotonic() + WITHIN
        while (found := self.try_to_read()) is None:
            if time.monotonic() > deadline:
                raise BrokenError(f"{self.name} cannot read the list any more.")
            time.sleep(AGAIN)
        self.compare(found, possible)
        self.todos = found

    def compare(self, found: list[str], possible: list[list[str]] | None = None) -> None:
        """Raise BrokenError where a list is none of those that are possible."""
        possible = possible or [self.todos]
        if found not in possible:
            raise BrokenError(difference(self.name, found, possible[-1]))

    def try_to_read(self) -> list[str] | None:
        try:
            return self.read()
        except NoAnswerError:
            return None


def difference(name: str, found: list[str], wanted: list[str]) -> str:
    doubled = [text for text, times in Counter(found).items() if times > 1]
    lost, more = Counter(wanted) - Counter(found), Counter(found) - Counter(wanted)
    return (
        f"The list of {name} is wrong. Lost: {[*lost]}; doubled: {doubled}; "
        f"there and not wanted: {[*more]}; in all {len(found)}, wanted {len(wanted)}."
    )


class HTTPWriter(Writer):
    """Calls the API."""

    path, headers = "", {"Content-Type": "application/json"}

    def ask(self, method: str, body: dict[str, Any]) -> Answer:
        return self.site.ask(method, self.path, json.dumps(body).encode(), self.headers)

    def read(self) -> list[str] | None:
        found: list[str] = []
        offset: int | None = 0
        while offset is not None:
            path = f"{self.path}?offset={offset}"
            answer = self.site.ask("GET", path, headers=self.headers)
            if answer.status == 503:
                words_of(f"GET by {self.name}", answer, page=False)
                return None
            part = answer.json()
            found += part["todos"]
            offset = part.get("next_offset")
        return found


class Anybody(HTTPWriter):
    @property
    def path(self) -> str:  # type: ignore[override]
        return f"/todo/todos/{self.name}"


def with_token(site: Site, token: str, chance: Random) -> Writer:
    """Return somebody who has an account, and a token of their own."""
    writer = HTTPWriter(site, "ann", chance)
    writer.path = "/todo-user/todos/me"
    writer.headers = {**writer.headers, "Authorization": f"Bearer {token}"}
    return writer


class Model(Writer):
    """Calls the tools of the MCP server."""

    def ask(self, method: str, body: dict[str, Any]) -> Answer:
        return self.call({"POST": "addTodo", "DELETE": "deleteTodo"}[method], body)

    def read(self) -> list[str] | None:
        answer = self.call("getTodos", {})
        todos: list[str] | None = None if answer.status == 503 else answer.json()["todos"]
        return todos

    def call(self, tool: str, body: dict[str, Any]) -> Answer:
        """Return what a tool answers as its operation would: an error says that in words."""
        params = {"name": tool, "arguments": {"username": self.name, **body}}
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        answer = self.site.ask("POST", "/todo/mcp", json.dumps(message).encode(), headers)
        if answer.status != 200:
            return answer
        result = answer.json()["result"]
        text: str = result["content"][0]["text"]
        if not result["isError"]:
            return Answer(200, answer.headers, text.encode())
        if "Try again" not in text:
            raise BrokenError(f"{tool} by {self.name}: {text}")
        told = json.dumps({"detail": text}).encode()
        return Answer(503, {**answer.headers, "retry-after": "5"}, told)


def everybody(site: Site, tokens: dict[str, Any], seed: int) -> list[Writer]:
    return [
        Anybody(site, "bob", Random(seed)),
        Anybody(site, "carol", Random(seed + 1)),
        Model(site, "dave", Random(seed + 2)),
        with_token(site, tokens["todo-user"], Random(seed + 3)),
    ]
