"""A plugin of nobody's, served over a socket: as it should be, but for what a test changes."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import Any

from PIL import Image

from plugins.linter.site import ORIGINS

Answer = tuple[int, dict[str, str], bytes]
MANIFEST = {
    "schema_version": "v1",
    "name_for_human": "Notes",
    "name_for_model": "notes",
    "description_for_human": "Keeps notes.",
    "description_for_model": "Keeps a person's notes.",
    "auth": {"type": "none"},
    "api": {"type": "openapi", "url": "URL/openapi.json"},
    "logo_url": "URL/logo.png",
    "contact_email": "support@localhost",
    "legal_info_url": "URL/legal",
}
DOCUMENT = {
    "openapi": "3.0.3",
    "info": {
        "title": "Notes",
        "version": "1",
        "contact": {"email": "support@localhost"},
        "license": {"name": "MIT"},
    },
    "servers": [{"url": "URL"}],
    "paths": {
        "/notes/{name}": {
            "get": {
                "operationId": "getNotes",
                "summary": "Get the notes",
                "description": "All of them.",
                "parameters": [
                    {
                        "name": "name",
                        "in": "path",
                        "required": True,
                        "description": "Whose.",
                        "schema": {"type": "string", "example": "example"},
                    }
                ],
                "responses": {
                    "200": {
                        "description": "The notes.",
                        "content": {"application/json": {"schema": {"type": "object"}}},
                    }
                },
            }
        }
    },
}


def logo(*, size: tuple[int, int] = (512, 512), format: str = "PNG") -> bytes:
    file = BytesIO()
    Image.new("RGB", size).save(file, format=format)
    return file.getvalue()


def changed(original: Mapping[str, Any], changes: Mapping[str, Any]) -> Any:
    """Return a copy with other values, each by its place, such as `/auth/type`; None takes out."""
    document = deepcopy(dict(original))
    for place, value in changes.items():
        *steps, last = [step.replace("~1", "/") for step in place.strip("/").split("/")]
        target: Any = document
        for step in steps:
            target = target[int(step) if isinstance(target, list) else step]
        if value is None:
            del target[last]
        else:
            target[last] = value
    return document


@dataclass
class Served:
    """What is answered, by path; any other is a 404 in JSON."""

    url: str = ""
    answers: dict[str, Answer] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    """Sent with each answer."""
    asked: list[tuple[str, str]] = field(default_factory=list)
    asked_in_full: list[tuple[str, str]] = field(default_factory=list)
    """With the query."""
    results: dict[str, Any] = field(default_factory=dict)
    """What `/mcp` answers, by the method of JSON-RPC; any other is an error."""

    told: list[str] = field(default_factory=list)
    """The methods that came to `/mcp`."""

    def answer(self, path: str, sent: bytes) -> Answer:
        if path == "/mcp" and path not in self.answers and sent:
            return self.answer_mcp(json.loads(sent))
        missing = (404, {"Content-Type": "application/json"}, b'{"detail": "Not found."}')
        return self.answers.get(path, missing)

    def answer_mcp(self, message: Any) -> Answer:
        method = message["method"]
        self.told.append(method)
        if "id" not in message:  # a notification
            return 202, {}, b""
        said: dict[str, Any] = {"error": {"code": -32601, "message": "Method not found"}}
        if method in self.results:
            said = {"result": self.results[method]}
        body = json.dumps({"jsonrpc": "2.0", "id": message["id"], **said})
        body = body.replace("URL", self.url)
        return 200, {"Content-Type": "application/json"}, body.encode()

    def serve(self, path: str, content: Any, **headers: str) -> None:
        """Answer a path: with bytes as they are, with text, or with JSON."""
        body = content if isinstance(content, bytes) else str(content).encode()
        if not isinstance(content, bytes | str):
            body = json.dumps(content).encode()
        kind = {"Content-Type": "application/json"}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[path] = (200, kind | named, body.replace(b"URL", self.url.encode()))

    def serve_plugin(self, manifest: Any = MANIFEST, document: Any = DOCUMENT) -> None:
        self.serve("/.well-known/ai-plugin.json", manifest)
        self.serve("/openapi.json", document)
        self.serve("/logo.png", logo(), Content_Type="image/png")
        self.serve("/legal", "<p>Legal</p>", Content_Type="text/html")
        self.serve("/notes/example", {"notes": []})


@contextmanager
def served() -> Iterator[Served]:
    """Yield a server on this machine, with leave for ChatGPT's pages."""
    site = Served()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            path = self.path.partition("?")[0]
            site.asked.append((self.command, path))
            site.asked_in_full.append((self.command, self.path))
            status, headers, body = site.answer(path, sent)
            origin = self.headers.get("Origin")
            allowed = {"Access-Control-Allow-Origin": str(origin)} if origin in ORIGINS else {}
            allowed["Access-Control-Allow-Private-Network"] = "true"
            self.send_response(status)
            for name, value in (allowed | headers | site.headers).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_OPTIONS = do_DELETE = answer  # noqa: N815  (named by the library)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.url = f"http://localhost:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
