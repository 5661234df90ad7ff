"""Starting the servers that are compared, stopping them, and what CPU time they have used."""

import os
import secrets
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
PYTHON = str(PROJECT / ".venv/bin/python")

# The commands, each with a place for the port.
SERVE = ("make", "--silent", "serve", "HOST=127.0.0.1", "PORT={port}")
RUNSERVER = (PYTHON, "manage.py", "runserver", "--noreload", "127.0.0.1:{port}")
HYPERCORN = ("-m", "hypercorn", "--workers=1", "--bind=127.0.0.1:{port}")

START_SECONDS = 60  # `make serve` migrates and collects static files first
STOP_SECONDS = 10


@dataclass(frozen=True)
class Server:
    """A running server: all processes of the session that was begun for it."""

    name: str
    port: int
    session: int

    def cpu_seconds(self) -> float | None:
        """Return the CPU time used so far, user and system; None where there is no /proc."""
        ticks = 0
        for path in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):  # the process has ended meanwhile
                # From the third field (the state) on; see proc(5).
                fields = path.read_text().rpartition(")")[2].split()
                if int(fields[3]) == self.session:
                    ticks += int(fields[11]) + int(fields[12])  # utime, stime
        return ticks / os.sysconf("SC_CLK_TCK") if ticks else None


def pin(core: int | None) -> None:
    """Keep this process, and those that it starts from now on, on one core."""
    if core is not None:
        os.sched_setaffinity(0, {core})


def cores() -> tuple[int, int] | tuple[None, None]:
    """Return a core for the servers and one for the load; none where that cannot be had."""
    allowed = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    return (allowed[0], allowed[-1]) if len(allowed) > 1 else (None, None)


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
    }


def manage(settings: Mapping[str, str], *arguments: str) -> str:
    """Run a management command and return what it prints."""
    command = [PYTHON, "manage.py", *arguments]
    environ = {**os.environ, **settings}
    done = subprocess.run(command, cwd=PROJECT, env=environ, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"manage.py {arguments[0]} failed:\n{done.stderr}")
    return done.stdout.strip()


@contextmanager
def running(name: str, command: Sequence[str], settings: Mapping[str, str]) -> Iterator[Server]:
    """Start a server from the project's directory, wait until it listens, and end it after."""
    port = free_port()
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
                raise SystemExit(f"{name} did not start:\n{said}")
            yield Server(name, port, process.pid)
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
