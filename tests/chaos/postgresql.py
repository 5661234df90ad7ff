"""A PostgreSQL of one's own, which may be stopped, killed and started again."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random

import psycopg

from tests.chaos.processes import children, chown, end, start
from tests.ports import free_port

STARTS_WITHIN = 60  # seconds
ENDINGS = ("fast", "immediate", "the server killed", "a connection's process killed")
SIGNALS = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT, "the server killed": signal.SIGKILL}


def program(name: str) -> str | None:
    """Return where a program of PostgreSQL is; Debian has them in a folder for each version."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = [shutil.which(name, path=str(each)) for each in versions]
    return shutil.which(name) or next(filter(None, found), None)


def owner() -> str | None:
    """Return who runs it: it refuses to be root's."""
    return "nobody" if os.geteuid() == 0 else None


class Cluster:
    """A server with its data in one directory."""

    def __init__(self, directory: Path) -> None:
        self.directory, self.port = directory, free_port()
        self.log = directory.with_suffix(".log")

    def url(self, database: str = "postgres") -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/{database}"

    def execute(self, *statements: str) -> None:
        with psycopg.connect(self.url(), autocommit=True) as connection:
            for each in statements:
                connection.execute(each.encode())

    def start(self) -> None:
        """Start it, and wait until it takes connections.

        What was killed may need a moment to go.
        """
        deadline = time.monotonic() + STARTS_WITHIN
        self.process = self.begin()
        while not self.answers():
            if time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start. It said:\n{self.log.read_text()}")
            if self.process.poll() is not None:
                self.process = self.begin()
            time.sleep(0.1)

    def begin(self) -> "subprocess.Popen[bytes]":
        at = ["-D", str(self.directory), "-p", str(self.port), "-k", str(self.directory)]
        with self.log.open("ab") as log:
            return start(
                str(program("postgres")),
                *(*at, "-c", "listen_addresses=127.0.0.1"),
                environ=os.environ,
                user=owner(),
                stdout=log,
                stderr=log,
            )

    def answers(self) -> bool:
        try:
            self.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def restart(self, ending: str, away: float, chance: Random) -> None:
        """End it in some way, and start it again after so many seconds."""
        if ending in SIGNALS:
            self.process.send_signal(SIGNALS[ending])
            self.process.wait(STARTS_WITHIN)
            time.sleep(away)
        else:  # which makes the server end all others, and recover
            os.kill(chance.choice(self.connections()), signal.SIGKILL)
        self.start_again()

    def start_again(self) -> None:
        if self.process.poll() is None:
            deadline = time.monotonic() + STARTS_WITHIN
            while not self.answers() and time.monotonic() < deadline:
                time.sleep(0.05)
        else:
            self.start()

    def connections(self) -> Sequence[int]:
        """Return the processes that serve connections; its children, where there are none.

        The server may still be recovering from the last that was killed.
        """
        deadline = time.monotonic() + STARTS_WITHIN
        while True:
            try:
                return self.connections_now() or children(self.process.pid)
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def connections_now(self) -> Sequence[int]:
        with psycopg.connect(self.url()) as connection:
            query = "SELECT pid FROM pg_stat_activity WHERE datname IS NOT NULL AND pid <> %s"
            rows = connection.execute(query, [connection.info.backend_pid]).fetchall()
        return [pid for (pid,) in rows]


@contextmanager
def cluster(directory: Path) -> Iterator[Cluster]:
    """Make one, run it, and end it."""
    directory.mkdir()
    chown(directory, owner())
    made = Cluster(directory)
    init = [str(program("initdb")), "--auth=trust", "--username=postgres", "--no-sync"]
    process = start(
        *init,
        *("--encoding=UTF8", "--locale=C", "-D", str(directory)),
        environ=os.environ,
        user=owner(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    said, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(f"initdb failed:\n{said.decode()}")
    made.start()
    try:
        yield made
    finally:
        made.process.send_signal(signal.SIGQUIT)  # at once, without waiting for connections
        end(made.process)
