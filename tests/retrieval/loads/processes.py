"""Workers, and servers with workers beside them, in processes of their own on the tests' database.

Each is watched by what it writes down, and not by the clock.
"""

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max

from retrieval.loads.models import Load
from tests.clients.live_site import SETTINGS
from tests.development_server import MANAGE, PROJECT
from tests.ports import free_port
from tests.retrieval.test_killed import environ

WORKER = [*MANAGE, "db_worker", "--interval=0.1", "--no-startup-delay"]
PATIENCE = 120  # seconds until what has to happen counts as not happening
SMALL = {"RETRIEVAL_CHUNK_TOKENS": "20"}
"""Many passages of a text that is soon made, as in `small_passages`."""

Process = subprocess.Popen[bytes]


def until(happened: Callable[[], object], what: str = "It", *, every: float = 0.002) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, f"{what} did not happen."
        time.sleep(every)


@contextmanager
def started(command: Sequence[str], settings: Mapping[str, str] = {}) -> Iterator[Process]:
    """Run a command on the tests' database; what it leaves of its group is ended with it."""
    process = subprocess.Popen(
        command,
        cwd=PROJECT,
        env={**environ(), **SMALL, **settings},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(PATIENCE)


@contextmanager
def worker() -> Iterator[Process]:
    with started(WORKER) as process:
        yield process


def kill(process: Process) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait(PATIENCE)


def time_passes() -> None:
    """Let leases run out, and what is put off be due."""
    now = timezone.now()
    Load.objects.exclude(leased_until=None).update(leased_until=now)
    later = DBTaskResult.objects.filter(run_after__gt=now).exclude(run_after=get_date_max())
    later.update(run_after=now)


def workers_beside(server: Process) -> set[int]:
    """Return the workers that a server has started, by their process numbers."""
    found = set()
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, IndexError):  # it ended meanwhile
            parent = int((path / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == server.pid and b"db_worker" in (path / "cmdline").read_bytes():
                found.add(int(path.name))
    return found


def is_alive(number: int) -> bool:
    """Tell whether a process runs; one that ended and that nobody has asked about does not."""
    try:
        state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def ask(port: int, method: str, path: str, body: bytes = b"", kind: str = "") -> Any:
    """Return what a server answers in JSON; None where it is not there yet."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request(method, path, body or None, {"Content-Type": kind} if kind else {})
        return json.loads(connection.getresponse().read())
    except OSError:
        return None
    finally:
        connection.close()


def send(port: int, text: str) -> str:
    """Send a file that is to be saved in the background, and return where it says how far it is."""
    head = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
    body = f"{head}{text}\r\n--x--\r\n".encode()
    path, kind = "/retrieval-none/upsert-file?wait=false", "multipart/form-data; boundary=x"
    [load] = ask(port, "POST", path, body, kind)["loads"]
    return f"/retrieval-none/loads/{load['id']}"


def until_stored(port: int, load: str) -> None:
    until(lambda: ask(port, "GET", load)["stage"] == "stored", "the loading of its file", every=0.3)


@contextmanager
def server(command: list[str], **settings: str) -> Iterator[tuple[Process, int]]:
    port = free_port()
    settings |= {"HOST": "127.0.0.1", "PORT": str(port), "THROTTLE": "off"}
    if command is PRODUCTION:
        settings |= SETTINGS | {"SECRET_KEY": secrets.token_urlsafe(50)}
        settings["DJANGO_SETTINGS_MODULE"] = "config.settings"
    with started([part.format(port=port) for part in command], settings) as process:
        yield process, port


def until_it_answers(port: int) -> None:
    until(lambda: ask(port, "GET", "/retrieval-none/loads"), "the server's start", every=0.3)


DEVELOPMENT = [*MANAGE, "runserver", "--noreload", "127.0.0.1:{port}"]
PRODUCTION = [sys.executable, "-m", "config.server"]
