"""The development server, run as `make run` runs it."""

import socket
import time

from plugins.management.commands.runserver import Command
from tests.development_server import DevelopmentServer


def test_it_says_where_every_plugin_is(development_site: DevelopmentServer) -> None:
    for _ in range(600):
        if "Admin:" in development_site.log.read_text():
            break
        time.sleep(0.1)
    printed = development_site.log.read_text()
    for slug in ("todo", "todo-service", "todo-user"):
        assert f"http://localhost:{development_site.port}/{slug}/" in printed
        assert f"http://{slug}.localhost:{development_site.port}/" in printed


def test_each_answer_leaves_at_once() -> None:
    """Headers and body are not held apart by Nagle's algorithm (RFC 896)."""
    with Command.server_cls(("127.0.0.1", 0), None) as server:
        server.server_activate()
        with socket.create_connection(("127.0.0.1", server.server_port)):
            connection, _ = server.get_request()
            with connection:
                assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
