"""Django's development server, without the pause it makes on kept-alive connections.

It reads bodies in chunks as well, as servers for production do.
"""

import os
import re
import socket
from contextlib import ExitStack, suppress
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.management.commands import runserver
from django.core.servers.basehttp import WSGIRequestHandler, WSGIServer
from django.utils.autoreload import DJANGO_AUTORELOAD_ENV

from api.beside import beside_server
from api.body_length import PIECE, kept, most
from api.chunks import BrokenChunksError, Chunks
from api.log_lines import hidden
from plugins.registry import declared_plugins

QUERY = re.compile(r"\?\S*")


class ChunksHandler(WSGIRequestHandler):
    """Reads a body in chunks before it hands it on, with its length."""

    def handle_one_request(self) -> None:
        connection = self.rfile
        with ExitStack() as self.held:
            super().handle_one_request()
        self.rfile = connection

    def parse_request(self) -> bool:
        if not super().parse_request():
            return False
        if self.headers.get("Transfer-Encoding", "").strip().lower() == "chunked":
            try:
                self.read_chunks()
            except BrokenChunksError:
                self.send_error(400, "The body in chunks did not arrive whole")
                return False
        return True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Log a request without its query, which may bear a token."""
        line, *rest = args
        shown = QUERY.sub("?…", hidden(line)) if isinstance(line, str) else line
        super().log_message(format, shown, *rest)

    def read_chunks(self) -> None:
        chunks = Chunks(self.rfile)
        limit = most(self.headers.get("Content-Type", "")) + 1
        body, length = self.held.enter_context(kept(chunks, limit))
        while chunks.read(PIECE):
            pass  # what is too much: who is still sending reads no answer
        self.rfile = body  # type: ignore[assignment]
        for name in ("Transfer-Encoding", "Content-Length"):
            del self.headers[name]
        self.headers["Content-Length"] = str(length)


class NoDelayServer(WSGIServer):
    """Sends each answer at once.

    Headers and body leave in two writes; Nagle's algorithm holds the second back until the
    client has acknowledged the first, some 45 ms later. And takes more callers at once than 10.
    """

    request_queue_size = 128

    def __init__(self, address: Any, handler: Any, **kwargs: Any) -> None:
        super().__init__(address, ChunksHandler, **kwargs)

    def get_request(self) -> Any:
        connection, address = super().get_request()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection, address


class Command(runserver.Command):
    server_cls = NoDelayServer

    def run(self, **options: Any) -> None:
        """Load the views before there are two threads, the server's and the one that reloads.

        Both would at once, and packages whose modules import one another in a circle deadlock.
        """
        if os.environ.get(DJANGO_AUTORELOAD_ENV) == "true":
            with suppress(Exception):  # said again, and better, where it can be mended
                import_module(settings.ROOT_URLCONF)
        super().run(**options)

    def inner_run(self, *args: Any, **options: Any) -> None:
        with beside_server():
            super().inner_run(*args, **options)

    def on_bind(self, server_port: int) -> None:
        super().on_bind(server_port)
        lines = [f"\nPlugins, and everything else, at http://localhost:{server_port}/"]
        for plugin in declared_plugins():
            lines.append(
                f"  http://localhost:{server_port}/{plugin.slug}/"
                f"   http://{plugin.slug}.localhost:{server_port}/"
            )
        lines.append(f"Admin: http://localhost:{server_port}/admin/\n")
        self.stdout.write("\n".join(lines))
