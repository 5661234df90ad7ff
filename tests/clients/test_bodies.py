"""Bodies without a Content-Length, over real sockets."""

import http.client
import json
import socket

from tests.clients.live_site import LiveSite
from tests.development_server import DevelopmentServer


def send_in_chunks(address: str, path: str, chunks: list[bytes]) -> tuple[int, dict[str, str]]:
    """Send it all at once: a server that refuses may close before a later part is sent."""
    host, _, port = address.partition(":")
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    parts = [f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n" for chunk in (*chunks, b"")]
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(head.encode() + b"".join(parts))
        response = http.client.HTTPResponse(connection)
        response.begin()
        return response.status, json.loads(response.read())


def test_the_production_server_reads_a_body_in_chunks(production_site: LiveSite) -> None:
    address = production_site.plugins["todo"].address
    answer = send_in_chunks(address, "/todo/todos/chunks", [b'{"todo": "bu', b'y milk"}'])
    assert answer == (200, {"todo": "buy milk"})


def test_the_production_server_refuses_too_many_chunks(production_site: LiveSite) -> None:
    address = production_site.plugins["todo"].address
    status, answer = send_in_chunks(address, "/todo/todos/chunks", [b" " * 100_000] * 22)
    assert (status, list(answer)) == (413, ["detail"])


def test_the_development_server_says_that_it_cannot_read_chunks(
    development_site: DevelopmentServer,
) -> None:
    address = f"127.0.0.1:{development_site.port}"
    answer = send_in_chunks(address, "/todo/todos/chunks", [b"{}"])
    assert answer == (411, {"detail": "Send the body with a Content-Length, not in chunks."})
