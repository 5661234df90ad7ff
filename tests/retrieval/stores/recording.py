"""An HTTP server that notes what it is sent, and answers as a service's documentation says."""

import json
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

ADDRESS = "http://address-of-the-service"
"""What stands in answers and records for where the server is."""

CREATED = ("POST /indexes",)

Answers = Mapping[str, Any]
"""What is answered to "METHOD /path", or to that and the first word of the body; else 404.

A list has what is answered in turn, the last of it from then on.
"""


@contextmanager
def recording(
    answers: Answers, unnoted: Sequence[str] = ()
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield the server's address, and what it is sent, as it comes."""
    sent: list[dict[str, Any]] = []
    turns: Counter[tuple[str, str]] = Counter()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            request = f"{self.command} {urlsplit(self.path).path}"
            body = said(raw) if raw else None
            if request not in unnoted:
                sent.append({"request": request} | ({"body": body} if raw else {}))
            word = next(iter(body), "") if isinstance(body, dict) else ""
            found = answers.get(f"{request} {word}", answers.get(request))
            if isinstance(found, list):
                found = found[min(turns[request, word], len(found) - 1)]
            turns[request, word] += 1
            told = (
                b""
                if found is None or self.command == "HEAD"
                else json.dumps(found).replace(ADDRESS, address).encode()
            )
            created = request in CREATED
            self.send_response(404 if found is None else 201 if created else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(told)))
            self.send_header("X-Elastic-Product", "Elasticsearch")  # without it, its client stops
            self.end_headers()
            self.wfile.write(told)

        do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = answer  # noqa: N815

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield address, sent
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def said(body: str) -> Any:
    """Return what JSON says, or each of its lines."""
    try:
        return json.loads(body)
    except json.JSONDecodeError:
        return [json.loads(line) for line in body.splitlines()]
