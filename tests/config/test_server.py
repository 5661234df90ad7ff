"""The production server as a process: what it refuses, survives, and how it ends."""

import http.client
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from config.figures import PREFIX
from config.server import STOPS_WITHIN
from tests.clients.live_site import SETTINGS, foreign_environ
from tests.development_server import MANAGE, PROJECT
from tests.ports import free_port

COMMAND = [sys.executable, "-m", "config.server"]


def environ_in(directory: Path, **settings: str) -> dict[str, str]:
    return {
        **foreign_environ(),
        **SETTINGS,
        "SECRET_KEY": secrets.token_urlsafe(50),
        "DATABASE_URL": f"sqlite:///{directory}/server.sqlite3",
        "STATIC_ROOT": str(directory / "static"),
        "PORT": str(free_port()),
        **settings,
    }


@contextmanager
def serving(environ: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen(COMMAND, env=environ, cwd=PROJECT, stderr=subprocess.DEVNULL) as process:
        try:
            until(lambda: get(environ) == 200, process)
            yield process
        finally:
            process.terminate()
            process.wait(40)


def until(done: Callable[[], bool], process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while not done():
        assert process.poll() is None, "The server ended."
        assert time.monotonic() < deadline, "The server does not answer."
        time.sleep(0.1)


def get(environ: dict[str, str]) -> int:
    """Return the status of a request; 0 where nobody answers."""
    address = ("127.0.0.1", int(environ["PORT"]))
    try:
        with closing(http.client.HTTPConnection(*address, timeout=30)) as connection:
            connection.request("GET", "/todo/todos/ann")
            return connection.getresponse().status
    except OSError:
        return 0


@pytest.fixture(scope="module")
def environ(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    directory = tmp_path_factory.mktemp("server")
    made = environ_in(directory)
    subprocess.run([*MANAGE, "migrate", "--verbosity", "0"], env=made, check=True)
    return made


pytestmark = pytest.mark.outside


@pytest.mark.timeout(900)
@pytest.mark.parametrize("buffers", ["off", "on"])
def test_the_server_outlives_a_worker_and_ends_when_asked(
    environ: dict[str, str], buffers: str
) -> None:
    environ = {**environ, "WORKERS": "2", "PROXY_BUFFERS": buffers, "PORT": str(free_port())}
    with serving(environ) as process:
        children = subprocess.check_output(["pgrep", "-P", str(process.pid)], text=True).split()
        assert len(children) >= 2
        os.kill(int(children[-1]), signal.SIGKILL)
        for _ in range(20):
            assert get(environ) in (200, 0)
            time.sleep(0.05)
        until(lambda: get(environ) == 200, process)
        second = subprocess.run(COMMAND, env=environ, cwd=PROJECT, capture_output=True, text=True)
        assert (second.returncode, "Name another" in second.stderr) == (1, True)
        assert get(environ) == 200
        ending = time.monotonic()
    assert process.returncode == 0
    # Also the one in its place, which is just being started: it is not waited for and killed.
    assert time.monotonic() - ending < STOPS_WITHIN


@pytest.mark.timeout(200)
@pytest.mark.parametrize("after", [0, 0.1, 0.5])
def test_a_server_that_is_being_started_ends_at_once(environ: dict[str, str], after: float) -> None:
    environ = {**environ, "PORT": str(free_port()), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        COMMAND, env=environ, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        assert process.stdout
        while b"Spawning worker" not in process.stdout.readline():
            pass
        time.sleep(after)
        ending = time.monotonic()
        process.terminate()
        process.communicate(timeout=60)
    assert time.monotonic() - ending < STOPS_WITHIN


@pytest.mark.timeout(900)
def test_a_request_that_has_begun_is_answered_before_the_end(environ: dict[str, str]) -> None:
    environ = {**environ, "PORT": str(free_port())}
    head = "POST /todo/todos/last HTTP/1.1\r\nHost: localhost\r\nContent-Length: 15\r\n"
    with serving(environ) as process:
        address = ("127.0.0.1", int(environ["PORT"]))
        with socket.create_connection(address, timeout=20) as connection:
            connection.sendall(f"{head}Expect: 100-continue\r\n\r\n".encode())
            assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"  # it has the head
            os.kill(process.pid, signal.SIGTERM)
            time.sleep(0.3)
            connection.sendall(b'{"todo":"last"}')
            answer = http.client.HTTPResponse(connection)
            answer.begin()
            assert json.loads(answer.read()) == {"todo": "last"}
        process.wait(40)
    assert process.returncode == 0


@pytest.mark.timeout(200)
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process of its parent")
@pytest.mark.parametrize("buffers", ["off", "on"])
def test_a_killed_server_leaves_the_port_to_the_next_and_nothing_in_the_way(
    environ: dict[str, str], buffers: str, tmp_path: Path
) -> None:
    environ = {
        **environ,
        "WORKERS": "2",
        "METRICS": "on",
        "PROXY_BUFFERS": buffers,
        "PORT": str(free_port()),
        "TMPDIR": str(tmp_path),
    }
    with serving(environ) as process:
        [folder] = tmp_path.glob(f"{PREFIX}*")
        process.kill()
        process.wait(10)
        deadline = time.monotonic() + 10
        while get(environ):
            assert time.monotonic() < deadline, "A worker goes on."
            time.sleep(0.05)
    assert folder.is_dir()
    with serving(environ):
        [another] = tmp_path.glob(f"{PREFIX}*")
        assert another != folder  # which this server has removed
    assert [*tmp_path.iterdir()] == []
