"""An OpenAI-compatible endpoint over a real socket, which answers by what it is asked."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.http_server import serving


@dataclass
class Model:
    answer: Callable[[str, str], str | bytes | int]
    """Takes the instructions and the text; returns what the model says, a body, or a status."""
    url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    @property
    def texts(self) -> list[str]:
        return [request["messages"][1]["content"] for request in self.asked]


@contextmanager
def model_that(answer: Callable[[str, str], str | bytes | int]) -> Iterator[Model]:
    model = Model(answer)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            model.asked.append(request)
            model.keys.append(str(self.headers["Authorization"]))
            said = model.answer(*(message["content"] for message in request["messages"]))
            body = said if isinstance(said, bytes) else json.dumps(self.value(said)).encode()
            self.send_response(said if isinstance(said, int) else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def value(self, said: str | int) -> Any:
            if isinstance(said, int):
                return {"error": {"message": f"no, {self.headers['Authorization']}"}}
            message = {"role": "assistant", "content": said}
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            value = {"id": "1", "object": "chat.completion", "created": 1, "model": "scripted"}
            return {**value, "choices": [choice]}

        def log_message(self, *args: Any) -> None:
            pass

    with serving(Handler) as url:
        model.url = f"{url}/v1"
        yield model
