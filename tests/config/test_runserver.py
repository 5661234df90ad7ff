"""The development server, run as `make run` runs it."""

import http.client
import statistics
import time
from pathlib import Path

import pytest

from tests.development_server import development_server

pytestmark = pytest.mark.outside


def test_it_says_where_every_plugin_is(tmp_path: Path) -> None:
    with development_server(tmp_path) as server:
        for _ in range(50):
            if "Admin:" in server.log.read_text():
                break
            time.sleep(0.1)
    printed = server.log.read_text()
    for slug in ("todo", "todo-service", "todo-user"):
        assert f"http://localhost:{server.port}/{slug}/" in printed
        assert f"http://{slug}.localhost:{server.port}/" in printed


def test_it_answers_a_kept_alive_client_at_once(tmp_path: Path) -> None:
    """Headers and body are not held apart by Nagle's algorithm (RFC 896).

    No timing of ours is measured: a client's delayed acknowledgement takes 40 ms, every time.
    """
    with development_server(tmp_path) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        seconds = []
        for _ in range(30):
            start = time.perf_counter()
            connection.request("GET", "/todo/todos/nobody")
            response = connection.getresponse()
            assert (response.status, response.read()) == (200, b'{"todos":[]}')
            seconds.append(time.perf_counter() - start)
        connection.close()
    assert min(seconds) < statistics.median(seconds) < 0.035
