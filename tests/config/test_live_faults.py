"""A running site whose disk is full, or whose PostgreSQL stops: it says so, and goes on after."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.config.test_server import environ_in, serving, until
from tests.development_server import MANAGE
from tests.ports import free_port

pytestmark = [pytest.mark.outside, pytest.mark.timeout(900)]
PAGE = {"Accept": "text/html"}
SIGN_UP = {"username": "carol", "password1": "a-good-password", "password2": "a-good-password"}
POSTGRES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 16 MB, in memory."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(disk)]
    if not shutil.which("mount") or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("no small file system can be mounted here, to be filled")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def fill(disk: Path, name: str) -> Path:
    filler = disk / name
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            return filler


def migrated(directory: Path, **settings: str) -> dict[str, str]:
    environ = environ_in(directory, **settings)
    for command in (["migrate"], ["collectstatic", "--no-input"]):
        subprocess.run([*MANAGE, *command, "--verbosity", "0"], env=environ, check=True)
    return environ


def address(environ: dict[str, str]) -> str:
    return f"http://127.0.0.1:{environ['PORT']}"


def told(response: httpx.Response) -> tuple[int, str, bool]:
    kind, _, _ = response.headers["Content-Type"].partition(";")
    return response.status_code, kind, int(response.headers.get("Retry-After", "0")) > 0


def form(client: httpx.Client, path: str, fields: dict[str, str]) -> httpx.Response:
    """Send a form as a browser does, with the token that its page has."""
    client.get(path, headers=PAGE)
    token = client.cookies.get("csrftoken", "")
    return client.post(path, data={**fields, "csrfmiddlewaretoken": token}, headers=PAGE)


def test_a_full_disk_is_said_and_is_over_when_there_is_room(
    small_disk: Path, tmp_path: Path
) -> None:
    files = small_disk / "files"
    files.mkdir()
    environ = migrated(small_disk, TMPDIR=str(files), STATIC_ROOT=str(tmp_path / "static"))
    with serving(environ), httpx.Client(base_url=address(environ), timeout=30) as client:
        long = {"file": ("notes.txt", b"x" * 4_000_000)}  # too long for memory
        client.get("/accounts/login/")  # whose cookie lets the form be read
        assert client.post("/todo/docs", files=long).status_code == 403
        kept = client.get("/todo/todos/x").json()
        filler = fill(small_disk, "filler")
        answers = [
            client.post("/todo/todos/x", json={"todo": "Bees dance. " * 80}) for _ in range(20)
        ]
        refused = [told(each) for each in answers if each.status_code != 200]
        assert refused
        assert set(refused) == {(503, "application/json", True)}
        assert told(form(client, "/accounts/signup/", SIGN_UP)) == (503, "text/html", True)
        more = fill(small_disk, "more")  # of what SQLite gave back, as it closed its log
        assert told(client.post("/todo/docs", files=long)) == (503, "application/json", True)
        assert client.get("/healthz").status_code == 200
        filler.unlink()
        more.unlink()
        taken = [each.json()["todo"] for each in answers if each.status_code == 200]
        assert client.get("/todo/todos/x").json()["todos"] == [*kept["todos"], *taken]
        assert client.post("/todo/todos/x", json={"todo": "Later"}).status_code == 200
        assert form(client, "/accounts/signup/", SIGN_UP).status_code == 302


@contextmanager
def as_owner(directory: Path) -> Iterator[dict[str, Any]]:
    """Say as whom PostgreSQL runs, which it does not as root."""
    if os.getuid() != 0:
        yield {}
        return
    shutil.chown(directory, "postgres", "postgres")
    yield {"user": "postgres", "group": "postgres", "extra_groups": []}


@pytest.mark.skipif(not POSTGRES, reason="no PostgreSQL is installed here, to be stopped")
def test_a_database_that_stops_is_said_and_is_over_when_it_is_back(tmp_path: Path) -> None:
    port = free_port()
    with tempfile.TemporaryDirectory() as name, as_owner(Path(name)) as owner:
        data = f"{name}/data"

        def postgres(program: str, *args: str) -> None:
            command = [str(POSTGRES[-1] / program), "-D", data, *args]
            quiet: Any = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            subprocess.run(command, cwd=name, check=True, timeout=60, **quiet, **owner)

        options = f"-p {port} -c fsync=off -c unix_socket_directories={name}"
        postgres("initdb", "-A", "trust", "-U", "plugins")
        postgres("pg_ctl", "-w", "-o", options, "start")
        try:
            url = f"postgres://plugins@127.0.0.1:{port}/postgres"
            environ = migrated(tmp_path, DATABASE_URL=url)
            with serving(environ) as process, httpx.Client(base_url=address(environ)) as client:
                assert client.get("/readyz").status_code == 200
                assert form(client, "/accounts/signup/", SIGN_UP).status_code == 302
                postgres("pg_ctl", "-w", "-m", "immediate", "stop")
                for path in ("/todo/todos/x", "/todo-user/todos/me"):
                    headers = {"Authorization": "Bearer x"}
                    answer = client.get(path, headers=headers)
                    assert told(answer) == (503, "application/json", True)
                page = client.get("/accounts/tokens/", headers=PAGE)
                assert told(page) == (503, "text/html", True)
                assert "try again" in page.text
                assert told(client.get("/readyz")) == (503, "text/plain", True)
                assert client.get("/healthz").status_code == 200
                postgres("pg_ctl", "-w", "-o", options, "start")
                until(lambda: client.get("/readyz").status_code == 200, process)
                assert client.get("/todo/todos/x").status_code == 200
                assert client.get("/accounts/tokens/", headers=PAGE).status_code == 200
        finally:
            postgres("pg_ctl", "-w", "-m", "immediate", "stop")
