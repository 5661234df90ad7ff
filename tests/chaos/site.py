"""The production server, which may be killed, and is started again, as systemd would do it."""

import http.client
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.chaos.processes import PROJECT, children, end, start
from tests.development_server import process_environ
from tests.ports import free_port

WORKERS = 2
SERVES = re.compile(rb"Started worker-\d+ runtime")
"""What the server says of each worker."""
WITHIN = 120
"""Seconds in which the site has to answer again, on a machine that has much else to do."""
AGAIN = 0.2
"""Seconds until who was not answered tries again."""
ANSWERS_WITHIN = 60
"""Seconds that one request may take; who waits longer was not answered."""


class NoAnswerError(Exception):
    """Nobody answered, or not wholly: what was asked may have been done, or not."""


class BrokenError(Exception):
    """Something that must not happen."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    """By names in lower case; one that came twice has two lines."""
    content: bytes

    def json(self) -> Any:
        return json.loads(self.content)


def by_name(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in headers:
        before = found.get(name.lower())
        found[name.lower()] = value if before is None else f"{before}\n{value}"
    return found


@dataclass
class Site:
    directory: Path
    database_url: str
    settings: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.workers = int(self.settings.get("WORKERS", WORKERS))
        self.port = free_port()
        self.made = 0  # workers since the server was started
        self.password = secrets.token_urlsafe()
        self.log = self.directory / "site.log"
        self.environ = {
            **process_environ(measured=False),
            "ALLOWED_HOSTS": ".localhost,127.0.0.1",
            "DATABASE_URL": self.database_url,
            "DEBUG": "off",
            "DJANGO_SETTINGS_MODULE": "tests.live_settings",
            "DJANGO_SUPERUSER_PASSWORD": self.password,
            "HTTPS": "off",
            "LOAD_WORKERS": "0",  # which have tests and a benchmark of their own to be killed in
            "PORT": str(self.port),
            "SECRET_KEY": secrets.token_urlsafe(50),
            "STATIC_ROOT": str(self.directory / "static"),
            "THROTTLE": "off",
            "WORKERS": str(WORKERS),
            **self.settings,
        }

    def prepare(self) -> dict[str, Any]:
        """Migrate, and return a token for each plugin that has some by hand."""
        command = [sys.executable, "-m", "tests.clients.prepare_site"]
        done = subprocess.run(
            command, cwd=PROJECT, env=self.environ, capture_output=True, text=True
        )
        if done.returncode:
            raise RuntimeError(done.stderr)
        made: dict[str, Any] = json.loads(done.stdout)
        return made

    def start(self) -> None:
        self.made = self.workers
        with self.log.open("wb") as log:
            self.process = start(
                *(sys.executable, "-m", "config.server"),
                environ=self.environ,
                stdout=log,
                stderr=log,
            )

    def stop(self) -> None:
        end(self.process, 40)

    def kill_worker(self, number: int) -> None:
        """Kill one of the workers."""
        workers = children(self.process.pid)
        os.kill(workers[number % len(workers)], signal.SIGKILL)
        self.made += 1

    def kill(self) -> None:
        """Kill the server, and start it again at once."""
        self.process.kill()
        self.process.wait()
        self.start()

    def recover(self) -> float:
        """Wait until the site is whole and answers; return how many seconds that took."""
        began = time.monotonic()
        while not self.is_whole():
            if time.monotonic() - began > WITHIN:
                raise BrokenError(f"The site does not come back. It said:\n{self.said()}")
            if self.process.poll() is not None:  # as systemd does: Restart=always
                self.start()
            time.sleep(0.05)
        return time.monotonic() - began

    def is_whole(self) -> bool:
        """Say whether as many workers serve as have to be made, by its log, and it answers."""
        if len(SERVES.findall(self.log.read_bytes())) < self.made:
            return False
        try:
            return self.ask("GET", "/readyz").status == 200
        except NoAnswerError:
            return False

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] = {}
    ) -> Answer:
        """Send a request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWERS_WITHIN)
        with closing(connection):
            try:
                connection.request(method, path, body or None, dict(headers))
                answer = connection.getresponse()
                return Answer(answer.status, by_name(answer.getheaders()), answer.read())
            except TimeoutError as error:
                raise BrokenError(f"{method} {path}: no answer in {ANSWERS_WITHIN} s") from error
            except (OSError, http.client.HTTPException) as error:
                raise NoAnswerError from error

    def said(self) -> str:
        return self.log.read_text(errors="replace")[-3000:]


def until(done: Callable[[], bool], what: str, seconds: float = WITHIN) -> float:
    """Wait until something is so; return how long that took. Raises BrokenError."""
    began = time.monotonic()
    while not done():
        if time.monotonic() - began > seconds:
            raise BrokenError(f"After {seconds} s not yet: {what}")
        time.sleep(0.02)
    return time.monotonic() - began
