"""A balldontlie-compatible provider on loopback, in both shapes, that can fail on request.

`/api/v1/…` has the old shape: numbered pages, heights in feet and inches, times in dates.
`/v1/…` has today's: a cursor, a key, heights as "6-8". Its rows are those of `league.py`.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.sports import league
from tests.sports.league import Row

KEY = "the-providers-secret-key"


class Provider(ThreadingHTTPServer):
    """Fails each request in the way that comes next in `faults`; serves when there is none."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.faults: list[str] = []
        self.calls: list[str] = []
        self.connections = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections += 1
        super().process_request(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that hang up on a slow answer."""


@contextmanager
def provider() -> Iterator[Provider]:
    server = Provider()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Provider

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""

    def do_GET(self) -> None:
        self.server.calls.append(self.path)
        if self.server.faults:
            name, _, argument = self.server.faults.pop(0).partition(" ")
            getattr(self, f"fail_{name}")(argument)
            return
        url = urlsplit(self.path)
        old = url.path.startswith("/api/v1/")
        if not old and self.headers["Authorization"] != KEY:
            self.send(401, {"error": f"Unauthorized: {self.headers['Authorization']}"})
            return
        name = url.path.removeprefix("/api/v1/" if old else "/v1/")
        self.answer(name, parse_qs(url.query, keep_blank_values=True), old=old)

    def answer(self, name: str, query: dict[str, list[str]], *, old: bool) -> None:
        unknown = {"None", ""} & {value for values in query.values() for value in values}
        assert not unknown, "Somebody sent what nobody asked for."
        if name == "season_averages":
            ids = [int(value) for value in query["player_ids[]"]]
            self.send(200, {"data": league.averages(int(query["season"][0]), ids)})
            return
        kind, _, pk = name.partition("/")
        shape = old_shape if old else new_shape
        if pk:
            rows = [row for row in getattr(league, kind.upper()) if row["id"] == int(pk)]
            found = shape(kind, rows[0]) if rows else None
            self.send(200 if found else 404, found if old else {"data": found})
            return
        rows = [row for row in getattr(league, kind.upper()) if wanted(kind, row, query)]
        size = int(query.get("per_page", ["25"])[0])
        if kind == "teams":
            size = len(rows)
        if old:
            page = max(int(query.get("page", ["0"])[0]), 1)
            start = (page - 1) * size
            meta = {
                "total_pages": -(-len(rows) // size),
                "current_page": page,
                "next_page": page + 1 if start + size < len(rows) else None,
                "per_page": size,
                "total_count": len(rows),
            }
        else:
            start = int(query.get("cursor", ["0"])[0])
            meta = {"per_page": size}
            if start + size < len(rows):
                meta["next_cursor"] = start + size
        data = [shape(kind, row) for row in rows[start : start + size]]
        self.send(200, {"data": data, "meta": meta})

    def send(self, status: int, data: Any, **headers: str) -> None:
        self.send_bytes(status, json.dumps(data).encode(), **headers)

    def send_bytes(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    # --- What can go wrong ---------------------------------------------------------------

    def fail_status(self, argument: str) -> None:
        self.send(int(argument), {"error": f"internals at {self.server.url} {KEY}"})

    def fail_wait(self, argument: str) -> None:
        self.send(429, {"error": "Too many"}, Retry_After=argument)

    def fail_slow(self, argument: str) -> None:
        time.sleep(float(argument))
        self.send(200, {"data": []})

    def fail_drip(self, argument: str) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        for _ in range(1000):
            self.wfile.write(b" ")
            time.sleep(float(argument))

    def fail_broken(self, argument: str) -> None:
        self.send_bytes(200, b'{"data": [')

    def fail_html(self, argument: str) -> None:
        self.send_bytes(200, b"<html>Sorry</html>")

    def fail_shape(self, argument: str) -> None:
        self.send_bytes(200, argument.encode())

    def fail_close(self, argument: str) -> None:
        self.close_connection = True
        self.connection.close()

    def fail_cut(self, argument: str) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        self.wfile.write(b'{"data": [')
        self.close_connection = True

    def fail_huge(self, argument: str) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(10**9))
        self.end_headers()
        for _ in range(1000):
            self.wfile.write(b" " * 10**6)

    def fail_redirect(self, argument: str) -> None:
        self.send(302, {}, Location=f"{self.server.url}/elsewhere")


# --- What it knows -----------------------------------------------------------------------


def wanted(kind: str, row: Row, query: dict[str, list[str]]) -> bool:
    """Say whether a row is one that a query asks for."""
    inside = row.get("game", row)
    tests: dict[str, Callable[[str], bool]] = {
        "search": lambda text: text.lower() in f"{row['first_name']} {row['last_name']}".lower(),
        "first_name": lambda text: row["first_name"].lower() == text,
        "last_name": lambda text: row["last_name"].lower() == text,
        "start_date": lambda day: inside["date"] >= day,
        "end_date": lambda day: inside["date"] <= day,
        "postseason": lambda value: inside["postseason"] == (value == "true"),
    }
    for name, values in query.items():
        if name in tests and not tests[name](values[0]):
            return False
        numbers: dict[str, Callable[[], set[int]]] = {
            "seasons[]": lambda: {inside["season"]},
            "team_ids[]": lambda: (
                {row["team"]["id"]}
                if kind == "players"
                else {row["home_team"]["id"], row["visitor_team"]["id"]}
            ),
            "player_ids[]": lambda: {row["player"]["id"] if kind == "stats" else row["id"]},
            "game_ids[]": lambda: {row["game"]["id"]},
        }
        if name in numbers and not numbers[name]() & {int(value) for value in values}:
            return False
        if name == "dates[]" and inside["date"] not in values:
            return False
    return True


def old_shape(kind: str, row: Row) -> Row:
    if kind == "games":
        return {**row, "date": f"{row['date']}T00:00:00.000Z"}
    if kind == "stats":
        return {**row, "game": old_shape("games", row["game"])}
    return row


def new_shape(kind: str, row: Row) -> Row:
    if kind == "players":
        row = dict(row)
        height = f"{row.pop('height_feet')}-{row.pop('height_inches')}"
        return {**row, "height": height, "weight": str(row.pop("weight_pounds")), "college": "No"}
    if kind == "stats":
        return {**row, "player": new_shape("players", row["player"])}
    return row
