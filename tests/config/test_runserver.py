"""The development server, run as `make run` runs it."""

import http.client
import time

from tests.development_server import DevelopmentServer


def test_it_says_where_every_plugin_is(development_site: DevelopmentServer) -> None:
    for _ in range(50):
        if "Admin:" in development_site.log.read_text():
            break
        time.sleep(0.1)
    printed = development_site.log.read_text()
    for slug in ("todo", "todo-service", "todo-user"):
        assert f"http://localhost:{development_site.port}/{slug}/" in printed
        assert f"http://{slug}.localhost:{development_site.port}/" in printed


def test_it_answers_a_kept_alive_client_at_once(development_site: DevelopmentServer) -> None:
    """Headers and body are not held apart by Nagle's algorithm (RFC 896).

    No timing of ours is measured: a client's delayed acknowledgement takes 40 ms, every time
    after the first few. One in four in time is enough where other tests have the processor.
    """
    connection = http.client.HTTPConnection("127.0.0.1", development_site.port, timeout=10)
    seconds = []
    for _ in range(40):
        start = time.perf_counter()
        connection.request("GET", "/todo/todos/nobody")
        response = connection.getresponse()
        assert (response.status, response.read()) == (200, b'{"todos":[]}')
        seconds.append(time.perf_counter() - start)
    connection.close()
    assert sorted(seconds[20:])[5] < 0.035
