"""An MCP client that gets its token by OAuth: the official one, on a person's own machine.

It runs in a thread with an event loop of its own. The person, whom it sends to a browser, is the
test.
"""

from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from threading import Thread
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

import anyio
import anyio.to_thread
import httpx2
from mcp.client import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import (
    AuthorizationCodeResult,
    OAuthClientInformationFull,
    OAuthClientMetadata,
    OAuthToken,
)

T = TypeVar("T")
SECONDS = 60


@dataclass
class Kept:
    """What the client keeps (the SDK's `TokenStorage`)."""

    client: OAuthClientInformationFull | None = None
    tokens: OAuthToken | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client = client_info


@dataclass
class Callback:
    """Where the person comes back to, with a code."""

    url: str
    received: Queue[dict[str, str]] = field(default_factory=Queue)


@contextmanager
def listening() -> Iterator[Callback]:
    """Listen on a free port of this machine (RFC 8252 section 7.3)."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            if url.path == "/callback":
                callback.received.put(dict(parse_qsl(url.query)))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        callback = Callback(f"http://127.0.0.1:{server.server_port}/callback")
        Thread(target=server.serve_forever, daemon=True).start()
        yield callback
        server.shutdown()


class App:
    """A client that is told nothing but the URL of an MCP server, unless somebody made it there."""

    def __init__(
        self,
        url: str,
        callback: Callback,
        *,
        made_client: str | None = None,
        document: str | None = None,
    ) -> None:
        self.url = url
        self.callback = callback
        self.visits: Queue[str | None] = Queue()
        metadata = OAuthClientMetadata.model_validate(
            {
                "client_name": "Notebook",
                "redirect_uris": [callback.url],
                "token_endpoint_auth_method": "none",
            }
        )
        self.kept = Kept()
        if made_client:
            self.kept.client = OAuthClientInformationFull(
                **metadata.model_dump(), client_id=made_client
            )
        self.provider = OAuthClientProvider(
            server_url=url,
            client_metadata=metadata,
            storage=self.kept,
            redirect_handler=self.send_away,
            callback_handler=self.come_back,
            client_metadata_url=document,
        )

    def use(self, person: Callable[[str], None], act: Callable[[Client], Awaitable[T]]) -> T:
        """Connect and act; the person goes wherever the client sends them."""
        with ThreadPoolExecutor(1) as threads:
            running = threads.submit(anyio.run, self.connect, act)
            running.add_done_callback(lambda _: self.visits.put(None))
            while url := self.visits.get(timeout=SECONDS):
                person(url)
            return running.result()

    async def connect(self, act: Callable[[Client], Awaitable[T]]) -> T:
        async with (
            httpx2.AsyncClient(auth=self.provider, timeout=SECONDS) as http,
            Client(streamable_http_client(self.url, http_client=http)) as client,
        ):
            return await act(client)

    async def send_away(self, url: str) -> None:
        self.visits.put(url)

    async def come_back(self) -> AuthorizationCodeResult:
        wait: Any = lambda: self.callback.received.get(timeout=SECONDS)  # noqa: E731
        return AuthorizationCodeResult(**await anyio.to_thread.run_sync(wait))

    @property
    def access_token(self) -> str:
        assert self.kept.tokens
        return self.kept.tokens.access_token
