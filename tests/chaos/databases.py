"""The two kinds of database, and what can happen to each."""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random
from typing import Protocol

import psycopg

from tests.chaos.disk import Disk, small_disk
from tests.chaos.postgresql import ENDINGS, Cluster, cluster, owner
from tests.chaos.processes import chown
from tests.chaos.site import BrokenError, Site

TODOS = "SELECT text FROM todos_todo WHERE store = {0} AND username = {0} ORDER BY id"


class Database(Protocol):
    name: str
    url: str
    disk: Disk | None
    """That on which it is; None where this machine does not let us have a small one."""
    endings: tuple[str, ...]
    """Ways in which it can be ended, and started again."""

    def restart(self, ending: str, away: float, chance: Random) -> None: ...

    def only_read(self, site: Site) -> None:
        """Let nobody write any more."""

    def let_write(self) -> None: ...

    def todos(self, store: str, username: str) -> list[str]:
        """Return a list as the database itself has it, after asking whether all of it is whole."""


class SQLite:
    name = "SQLite"
    endings: tuple[str, ...] = ()

    def __init__(self, directory: Path, disk: Disk | None) -> None:
        self.disk = disk
        self.file = directory / "chaos.sqlite3"
        self.url = f"sqlite:///{self.file}"

    def restart(self, ending: str, away: float, chance: Random) -> None:
        raise NotImplementedError

    @property
    def files(self) -> list[Path]:
        return [*self.file.parent.glob(f"{self.file.name}*")]

    def only_read(self, site: Site) -> None:
        """As after a copy by somebody else.

        Who has the file open would write on, so the site begins anew.
        """
        for each in self.files:
            each.chmod(0o444)
        site.kill()

    def let_write(self) -> None:
        for each in self.files:
            each.chmod(0o644)

    def todos(self, store: str, username: str) -> list[str]:
        with closing(sqlite3.connect(self.file, timeout=20)) as connection:
            [said] = connection.execute("PRAGMA integrity_check").fetchone()
            if said != "ok":
                raise BrokenError(f"The database is damaged: {said}")
            rows = connection.execute(TODOS.format("?"), [store, username]).fetchall()
        return [text for (text,) in rows]


class PostgreSQL:
    name = "PostgreSQL"
    endings: tuple[str, ...] = ENDINGS

    def __init__(self, cluster: Cluster, disk: Disk | None) -> None:
        self.cluster, self.disk = cluster, disk
        place = ""
        if disk:
            chown(disk.directory, owner())
            cluster.execute(f"CREATE TABLESPACE small LOCATION '{disk.directory}'")
            place = "TABLESPACE small"
        cluster.execute(f"CREATE DATABASE chaos {place}")
        self.url = cluster.url("chaos")

    def restart(self, ending: str, away: float, chance: Random) -> None:
        self.cluster.restart(ending, away, chance)

    def only_read(self, site: Site) -> None:
        """As one that has become another's copy."""
        self.set_only_read("on")

    def let_write(self) -> None:
        self.set_only_read("off")

    def set_only_read(self, value: str) -> None:
        statement = f"ALTER SYSTEM SET default_transaction_read_only = {value}"
        self.cluster.execute(statement, "SELECT pg_reload_conf()")

    def todos(self, store: str, username: str) -> list[str]:
        with psycopg.connect(self.url) as connection:
            rows = connection.execute(TODOS.format("%s").encode(), [store, username]).fetchall()
        return [text for (text,) in rows]


@contextmanager
def sqlite(directory: Path) -> Iterator[Database]:
    place = directory / "sqlite"
    with small_disk(place) as disk:
        yield SQLite(place, disk)


@contextmanager
def postgresql(directory: Path) -> Iterator[Database]:
    with small_disk(directory / "small") as disk, cluster(directory / "postgresql") as server:
        yield PostgreSQL(server, disk)


DATABASES = {"sqlite": sqlite, "postgresql": postgresql}


@contextmanager
def own_directory() -> Iterator[Path]:
    """Make one in which a server that is not root's has its files, too."""
    with tempfile.TemporaryDirectory(prefix="chaos-") as name:
        os.chmod(name, 0o711)  # noqa: S103
        yield Path(name)
