"""The development server in a process of its own, as `make run` runs it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.ports import free_port

PROJECT = Path(__file__).parents[1]
MANAGE = [sys.executable, str(PROJECT / "manage.py")]


def process_environ(*, measured: bool = True) -> dict[str, str]:
    """Return the least that a process needs: it is to find no settings of ours by chance.

    Coverage is not measured in one that will be killed, and could not write it down.
    """
    kept = ("PATH", "COVERAGE_") if measured else ("PATH",)
    return {name: value for name, value in os.environ.items() if name.startswith(kept)}


@dataclass(frozen=True)
class DevelopmentServer:
    port: int
    environ: dict[str, str]
    log: Path


@contextmanager
def development_server(directory: Path) -> Iterator[DevelopmentServer]:
    """Migrate, seed and serve on a free port, with the database in `directory`."""
    port = free_port()
    environ = {
        **process_environ(),
        "DJANGO_SETTINGS_MODULE": "tests.site.settings",
        "DATABASE_URL": f"sqlite:///{directory}/db.sqlite3",
        "PYTHONUNBUFFERED": "1",
    }
    for command in (["migrate", "--verbosity", "0"], ["seed_demo"]):
        subprocess.run([*MANAGE, *command], env=environ, check=True, stdout=subprocess.DEVNULL)
    log = directory / "log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [*MANAGE, "runserver", "--noreload", f"127.0.0.1:{port}"],
            env=environ,
            stdout=output,
            stderr=output,
        )
    try:
        wait_for(port, process, log)
        yield DevelopmentServer(port, environ, log)
    finally:
        process.terminate()
        process.wait(40)


def wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(1200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError(f"The server did not start:\n{log.read_text()}")
