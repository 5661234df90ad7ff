"""Bodies without a Content-Length, over real sockets."""

import http.client
import json
import socket
from collections.abc import Iterator  # <examples></examples>
from contextlib import closing

import pytest  # <examples></examples>

from tests.clients.live_site import LiveSite
from tests.development_server import DevelopmentServer


def send_in_chunks(address: str, path: str, chunks: list[bytes]) -> tuple[int, dict[str, str]]:
    """Send it all at once: a server that refuses may close before a later part is sent."""
    host, _, port = address.partition(":")
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    parts = [f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n" for chunk in (*chunks, b"")]
    with socket.create_connection((host, int(port)), timeout=30) as connection:
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


def test_the_development_server_reads_a_body_in_chunks(
    development_site: DevelopmentServer,
) -> None:
    address = f"127.0.0.1:{development_site.port}"
    answer = send_in_chunks(address, "/todo/todos/chunks", [b'{"todo": "bu', b'y milk"}'])
    assert answer == (200, {"todo": "buy milk"})


def test_the_development_server_refuses_what_is_wrong_in_chunks(
    development_site: DevelopmentServer,
) -> None:
    address = f"127.0.0.1:{development_site.port}"
    status, answer = send_in_chunks(address, "/todo/todos/chunks", [b" " * 100_000] * 22)
    assert (status, list(answer)) == (413, ["detail"])
    with socket.create_connection(("127.0.0.1", development_site.port), timeout=30) as connection:
        head = "POST /todo/todos/chunks HTTP/1.1\r\nHost: localhost\r\n"
        connection.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\nmilk\r\n".encode())
        assert b" 400 " in connection.recv(100)


def test_a_connection_goes_on_after_a_body_in_chunks(development_site: DevelopmentServer) -> None:
    port = development_site.port
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        for _ in range(3):
            connection.request("POST", "/todo/todos/kept", iter([b'{"todo":', b' "x"}']))
            answer = connection.getresponse()
            assert (answer.status, json.loads(answer.read())) == (200, {"todo": "x"})


# <examples>
def file_in_chunks(size: int) -> Iterator[bytes]:
    line = b"The ferry leaves at nine. "
    head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{size}.txt"\r\n\r\n'
    yield head.encode()
    yield line
    for _ in range(size // 65_536):
        yield b" " * 65_536
    yield b"\r\n--x--\r\n"


@pytest.mark.parametrize(
    ("size", "expected", "key"),
    [(100, 200, "ids"), (9 * 1024**2, 200, "ids"), (53 * 1024**2, 413, "detail")],
)
def test_a_file_may_come_in_chunks(
    production_site: LiveSite,
    development_site: DevelopmentServer,
    size: int,
    expected: int,
    key: str,
) -> None:
    addresses = production_site.plugins["todo"].address, f"127.0.0.1:{development_site.port}"
    for address in addresses:
        with closing(http.client.HTTPConnection(address, timeout=30)) as connection:
            kind = {"Content-Type": "multipart/form-data; boundary=x", "Host": "localhost"}
            path = "/retrieval-none/upsert-file?wait=true"
            connection.request("POST", path, file_in_chunks(size), kind)
            answer = connection.getresponse()
            assert (answer.status, [*json.loads(answer.read())]) == (expected, [key]), address


# </examples>
