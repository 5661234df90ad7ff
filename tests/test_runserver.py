"""The development server, run as `make run` runs it."""

import http.client
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """A running server: its port, and the file with what it printed."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environ = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
        "PYTHONUNBUFFERED": "1",
    }
    manage = [sys.executable, str(settings.BASE_DIR / "manage.py")]
    subprocess.run([*manage, "migrate", "--verbosity", "0"], env=environ, check=True)
    log = tmp_path / "log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [*manage, "runserver", "--noreload", f"127.0.0.1:{port}"],
            env=environ,
            stdout=output,
            stderr=output,
        )
    try:
        wait_for(port, process)
        yield port, log
    finally:
        process.terminate()
        process.wait(10)


def wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(150):
        assert process.poll() is None
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError


def test_it_says_where_every_plugin_is_and_does_not_stall(server: tuple[int, Path]) -> None:
    port, log = server
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    seconds = []
    for _ in range(30):
        start = time.perf_counter()
        connection.request("GET", "/todo/todos/ann", headers={"Host": f"localhost:{port}"})
        response = connection.getresponse()
        assert (response.status, response.read()) == (200, b'{"todos":[]}')
        seconds.append(time.perf_counter() - start)
    connection.close()
    # Not a timing of ours: a client's delayed acknowledgement is 40 ms at least, every time.
    assert statistics.median(seconds) < 0.035
    printed = log.read_text()
    for slug in ("todo", "todo-service", "todo-user"):
        assert f"http://localhost:{port}/{slug}/" in printed
        assert f"http://{slug}.localhost:{port}/" in printed
