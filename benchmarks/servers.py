"""Starting the servers that are compared, stopping them, and what CPU time they have used."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

PROJECT = Path(__file__).resolve().parent.parent
PYTHON = str(PROJECT / ".venv/bin/python")

# The commands, each with a place for the port.
SERVE = ("make", "--silent", "serve", "HOST=127.0.0.1", "PORT={port}")
RUNSERVER = (PYTHON, "manage.py", "runserver", "--noreload", "127.0.0.1:{port}")

START_SECONDS = 300  # `make serve` migrates and collects static files first
STOP_SECONDS = 10

NGINX = """
daemon off; worker_processes 1; pid nginx.pid; error_log stderr;
events { worker_connections 256; }
http {
  access_log off;
  client_body_temp_path body; proxy_temp_path proxy;
  fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  upstream site { server 127.0.0.1:SITE; keepalive 16; }
  server {
    listen 127.0.0.1:PORT;
    keepalive_requests 1000000;
    location / {
      proxy_pass http://site;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
    }
  }
}
"""
"""A proxy that takes in whole requests before it hands them on, as nginx does by itself."""


class FailedCommandError(Exception):
    """A server or a command of the site did not do its work; the text says what it said."""


@dataclass(frozen=True)
class Server:
    """A running server: all processes of the sessions that were begun for it."""

    name: str
    port: int
    sessions: frozenset[int]

    def cpu_seconds(self) -> float | None:
        """Return the CPU time used so far, user and system; None where there is no /proc."""
        ticks = sum(int(each[11]) + int(each[12]) for each in self.stats())  # utime, stime
        return ticks / os.sysconf("SC_CLK_TCK") if ticks else None

    def memory_mib(self) -> int:
        """Return the memory that its processes hold (RSS); what they share counts for each."""
        return sum(int(each[21]) for each in self.stats()) * os.sysconf("SC_PAGE_SIZE") // 1024**2

    def stats(self) -> Iterator[list[str]]:
        """Yield what proc(5) says of each process, from the third field (the state) on."""
        for _, fields in self.processes():
            yield fields

    def pids(self) -> list[int]:
        return [pid for pid, _ in self.processes()]

    def processes(self) -> Iterator[tuple[int, list[str]]]:
        for path in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):  # the process has ended meanwhile
                fields = path.read_text().rpartition(")")[2].split()
                if int(fields[3]) in self.sessions:
                    yield int(path.parent.name), fields


def allowed_cores() -> list[int]:
    """Return the cores of this process; none where processes cannot be pinned to some."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


@contextmanager
def pinned(cores: Sequence[int]) -> Iterator[None]:
    """Keep this process, and those that it starts meanwhile, on these cores; on any, if none."""
    if not cores:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def production_settings(database_url: str) -> dict[str, str]:
    """Return the settings of a production site, tried on this machine without https."""
    return {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "DEBUG": "false",
        "HTTPS": "off",
        "THROTTLE": "off",
        "ALLOWED_HOSTS": "127.0.0.1",
        "DATABASE_URL": database_url,
        "WORKERS": "1",
        "TODO_QUOTA": "0",
    }


def run_python(settings: Mapping[str, str], *arguments: str) -> str:
    """Run the site's Python in the project's directory and return what it prints."""
    environ = {**os.environ, **settings}
    done = subprocess.run(
        [PYTHON, *arguments], cwd=PROJECT, env=environ, capture_output=True, text=True
    )
    if done.returncode:
        raise FailedCommandError(f"{' '.join(arguments)} failed:\n{done.stderr[-2000:]}")
    return done.stdout.strip()


@contextmanager
def own_postgres(url: str) -> Iterator[str]:
    """Make a database beside the one that the URL names, and drop it afterwards."""
    import psycopg

    name = f"bench_{secrets.token_hex(4)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        try:
            yield urlsplit(url)._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@contextmanager
def behind_nginx(site: Server) -> Iterator[Server | None]:
    """Put nginx in front of a site, and count both as one server; None where it is missing."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="bench-nginx-") as directory:
        port = free_port()
        config = Path(directory, "nginx.conf")
        config.write_text(NGINX.replace("SITE", str(site.port)).replace("PORT", str(port)))
        command = (program, "-p", directory, "-c", str(config))
        with running("nginx", command, {}, port=port) as proxy:
            yield replace(proxy, sessions=proxy.sessions | site.sessions)


@contextmanager
def running(
    name: str, command: Sequence[str], settings: Mapping[str, str], port: int | None = None
) -> Iterator[Server]:
    """Start a server from the project's directory, wait until it listens, and end it after."""
    port = port or free_port()
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [part.format(port=port) for part in command],
            cwd=PROJECT,
            env={**inherited, **settings},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # so that Ctrl-C reaches it through us alone
        )
        try:
            if not listens(process, port):
                log.seek(0)
                said = log.read()[-4000:].decode(errors="replace")
                raise FailedCommandError(f"{name} did not start:\n{said}")
            yield Server(name, port, frozenset([process.pid]))
        finally:
            stop(process)


def listens(process: subprocess.Popen[bytes], port: int) -> bool:
    """Wait until a server listens; return whether it did in time."""
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return True
        time.sleep(0.1)
    return False


def stop(process: subprocess.Popen[bytes]) -> None:
    """End the process group that was started, politely at first."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError, subprocess.TimeoutExpired):
            os.killpg(process.pid, sign)
            process.wait(STOP_SECONDS)
