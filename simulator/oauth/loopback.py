"""Where a person comes back to on their own machine: RFC 8252 section 7.3."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qsl, urlsplit

from simulator.errors import StepError

PATH = "/callback"
PAGE = b"""<!doctype html><meta charset="utf-8"><title>Done</title>
<p>You are back. Close this window, and see the terminal.</p>"""


class Listener(HTTPServer):
    """Waits for one person, at a port of this machine."""

    came_back: dict[str, str] | None = None

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), Handler)

    @property
    def redirect_uri(self) -> str:
        return f"http://127.0.0.1:{self.server_port}{PATH}"

    def wait(self, seconds: float) -> dict[str, str]:
        """Return the query that the person came back with; raises StepError after a while."""
        deadline = time.monotonic() + seconds
        while self.came_back is None:
            self.timeout = deadline - time.monotonic()
            if self.timeout <= 0:
                raise StepError(
                    f"Nobody came back to {self.redirect_uri} within {seconds:g} seconds. "
                    "Run the command again, and open the address that it prints. If the server "
                    "showed an error instead, mend that: does it know the client, and this very "
                    "address to come back to? --port PORT keeps its port."
                )
            self.handle_request()
        return self.came_back


class Handler(BaseHTTPRequestHandler):
    server: Listener
    timeout = 0.5  # seconds; a browser that opens a connection ahead keeps nobody waiting

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        known = parts.path == PATH
        if known:
            self.server.came_back = dict(parse_qsl(parts.query, keep_blank_values=True))
        body = PAGE if known else b""
        self.send_response(200 if known else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Referrer-Policy", "no-referrer")  # the address bears the code
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Write no code to the terminal."""


@contextmanager
def listening(port: int = 0) -> Iterator[Listener]:
    """Listen at a port; at any that is free, if none is named. Raises StepError."""
    try:
        listener = Listener(port)
    except (OSError, OverflowError) as error:
        raise StepError(f"Port {port} cannot be had: {error}. Name another with --port.") from error
    with listener:
        yield listener
