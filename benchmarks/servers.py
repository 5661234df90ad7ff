"""Starting the servers that are compared, stopping them, and what CPU time they have used."""

import os
import secrets
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
PYTHON = PROJECT / ".venv/bin/python"

START_SECONDS = 60  # `make serve` migrates and collects static files first
STOP_SECONDS = 10


@dataclass(frozen=True)
class Server:
    """A running server: the process that was started and all its descendants."""

    name: str
    port: int
    pid: int

    def cpu_seconds(self) -> float | None:
        """Return the CPU time used so far, user and system; None where there is no /proc."""
        try:
            return sum(ticks(pid) for pid in family(self.pid)) / os.sysconf("SC_CLK_TCK")
        except FileNotFoundError:
            return None


def stat_fields(pid: int) -> list[str]:
    """Return the fields of /proc/<pid>/stat from the third (state) on; see proc(5)."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def ticks(pid: int) -> int:
    fields = stat_fields(pid)
    return int(fields[11]) + int(fields[12])  # utime, stime


def family(pid: int) -> list[int]:
    """Return a process and all its descendants."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                parent = int(stat_fields(int(entry.name))[1])
            except (FileNotFoundError, ProcessLookupError):
                continue  # it has ended meanwhile
            children.setdefault(parent, []).append(int(entry.name))
    members = [pid]
    for member in members:
        members += children.get(member, [])
    return members


def pin(core: int | None) -> None:
    """Keep this process, and those that it starts from now on, on one core."""
    if core is not None:
        os.sched_setaffinity(0, {core})


def cores() -> tuple[int, int] | None:
    """Return a core for the servers and one for the load; None where that cannot be had."""
    if not hasattr(os, "sched_setaffinity"):
        return None
    allowed = sorted(os.sched_getaffinity(0))
    return (allowed[0], allowed[-1]) if len(allowed) > 1 else None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def production_environment(database_url: str) -> dict[str, str]:
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


def manage(environment: Mapping[str, str], *arguments: str) -> str:
    """Run a management command and return what it prints."""
    done = subprocess.run(
        [PYTHON, "manage.py", *arguments],
        check=False,
        cwd=PROJECT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"manage.py {arguments[0]} failed:\n{done.stderr}")
    return done.stdout.strip()


@contextmanager
def running(
    name: str, command: Sequence[str], *, port: int, log: Path, environment: Mapping[str, str]
) -> Iterator[Server]:
    """Start a server from the project's directory, wait until it answers, and end it after."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=PROJECT,
            env={**inherited, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # so that Ctrl-C reaches it through us alone
        )
    try:
        wait_until_ready(name, process, port=port, log=log)
        yield Server(name, port, process.pid)
    finally:
        stop(process)


def wait_until_ready(name: str, process: subprocess.Popen[bytes], *, port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).close()
        except urllib.error.HTTPError:
            return  # any answer will do
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"{name} did not start:\n{log.read_text(errors='replace')[-4000:]}")


def stop(process: subprocess.Popen[bytes]) -> None:
    """End the process group that was started, politely at first."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
            process.wait(STOP_SECONDS)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue


@contextmanager
def ours(database_url: str, log: Path) -> Iterator[tuple[Server, dict[str, str]]]:
    """Run this site as `make serve` does; also yields its settings, for `manage`."""
    environment = production_environment(database_url)
    port = free_port()
    with running(
        "make serve",
        ["make", "--silent", "serve", "HOST=127.0.0.1", f"PORT={port}"],
        port=port,
        log=log,
        environment=environment,
    ) as server:
        yield server, environment


@contextmanager
def baseline(python: Path, log: Path) -> Iterator[Server]:
    """Run the Quart example under hypercorn, one worker."""
    if not python.exists():
        raise SystemExit(f"There is no {python}. `make bench` installs what the baseline needs.")
    port = free_port()
    bind = f"127.0.0.1:{port}"
    application = "benchmarks/quart_baseline.py:app"
    command = [str(python), "-m", "hypercorn", "--workers", "1", "--bind", bind, application]
    with running("Quart", command, port=port, log=log, environment={}) as server:
        yield server


@contextmanager
def runserver(database_url: str, log: Path) -> Iterator[Server]:
    """Run this site as `make run` does, on a database that `ours` has migrated."""
    port = free_port()
    command = [str(PYTHON), "manage.py", "runserver", "--noreload", f"127.0.0.1:{port}"]
    environment = {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "DEBUG": "true",
        "THROTTLE": "off",
        "DATABASE_URL": database_url,
    }
    with running("runserver", command, port=port, log=log, environment=environment) as server:
        yield server
