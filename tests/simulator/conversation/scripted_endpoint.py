"""An OpenAI-compatible endpoint over a real socket, which answers as a test says."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.http_server import serving

KEY = "sk-the-key-of-the-tests"


@dataclass(frozen=True)
class Stream:
    """What comes of one answer, each piece as it is on the wire; an event is waited for."""

    pieces: tuple[bytes | threading.Event, ...]
    is_cut: bool = False
    """Whether the connection ends in the middle."""


@dataclass(frozen=True)
class Refusal:
    status: int
    message: str


@dataclass
class ScriptedEndpoint:
    url: str = ""
    answers: list[Stream | Refusal] = field(default_factory=list)
    """In the order of the requests; what is asked beyond is an error 500."""
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def forget(self) -> None:
        for kept in (self.answers, self.asked, self.keys):
            kept.clear()

    def say(self, *texts: str, **more: Any) -> None:
        self.answers.append(stream(*({"content": text} for text in texts), **more))

    def call(self, *calls: tuple[str, Any]) -> None:
        """Answer with calls, each by its name and its arguments, at once."""
        self.answers.append(stream({"tool_calls": [whole(n, c) for n, c in enumerate(calls)]}))

    @property
    def last(self) -> list[dict[str, Any]]:
        """The messages of the last request."""
        messages: list[dict[str, Any]] = self.asked[-1]["messages"]
        return messages


def whole(index: int, call: tuple[str, Any]) -> dict[str, Any]:
    name, arguments = call
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    function = {"name": name, "arguments": text}
    return {"index": index, "id": f"call_{index}", "type": "function", "function": function}


def chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "scripted",
        "choices": [choice],
    }


def line(value: Any) -> bytes:
    return b"data: " + json.dumps(value).encode() + b"\n\n"


def stream(*deltas: dict[str, Any], finish: str = "stop", is_cut: bool = False) -> Stream:
    pieces: list[bytes | threading.Event] = [line(chunk({"role": "assistant", "content": ""}))]
    pieces += [line(chunk(delta)) for delta in deltas]
    if not is_cut:
        usage = {"prompt_tokens": 123, "completion_tokens": 4, "total_tokens": 127}
        pieces.append(line(chunk({}, finish)))
        pieces.append(line({**chunk({}), "choices": [], "usage": usage}))
        pieces.append(b"data: [DONE]\n\n")
    return Stream(tuple(pieces), is_cut)


@contextmanager
def scripted_endpoint() -> Iterator[ScriptedEndpoint]:
    endpoint = ScriptedEndpoint()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            endpoint.asked.append(json.loads(body))
            endpoint.keys.append(str(self.headers["Authorization"]))
            nothing = Refusal(500, "Nothing is scripted.")
            answer = endpoint.answers.pop(0) if endpoint.answers else nothing
            if isinstance(answer, Refusal):
                said = json.dumps({"error": {"message": answer.message}}).encode()
                self.send_response(answer.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for piece in answer.pieces:
                if isinstance(piece, threading.Event):
                    piece.wait(30)
                    continue
                self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
            if answer.is_cut:
                self.close_connection = True
                return
            self.wfile.write(b"0\r\n\r\n")

        def log_message(self, *args: Any) -> None:
            pass

    with serving(Handler) as url:
        endpoint.url = f"{url}/v1"
        yield endpoint
