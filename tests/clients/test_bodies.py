"""Bodies without a Content-Length, over real sockets."""

import http.client
import json
from collections.abc import Iterator

from tests.clients.live_site import LiveSite
from tests.development_server import DevelopmentServer


def send_in_chunks(address: str, path: str, chunks: list[bytes]) -> tuple[int, dict[str, str]]:
    def parts() -> Iterator[bytes]:
        yield from chunks

    connection = http.client.HTTPConnection(address, timeout=10)
    headers = {"Transfer-Encoding": "chunked", "Host": "localhost"}
    connection.request("POST", path, parts(), headers, encode_chunked=True)
    response = connection.getresponse()
    answer = response.status, json.loads(response.read())
    connection.close()
    return answer


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
