"""A connection to SQLite: kept until a statement fails on it, and patient with who writes."""

import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, close_old_connections, connection, transaction

from api.compiled import Statement
from api.sqlite.base import DatabaseWrapper
from api.sqlite.waiting import TURNS, WaitingConnection
from tests.chaos.processes import LEAVES_MODES_OUT
from tests.development_server import PROJECT

SLEEP = time.sleep

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has its own"),
]


@pytest.fixture(autouse=True)
def as_in_use(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Tests else keep no connection from one request to the next."""
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", None)
    connection.close()
    yield
    connection.close()


def ask(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def opened() -> object:
    """Return the driver's own connection that the next request gets."""
    close_old_connections()
    ask("SELECT 1")
    return connection.connection


def test_a_connection_is_kept() -> None:
    assert opened() is opened()


def test_a_file_is_opened_anew_after_an_error() -> None:
    """It may have been opened when nobody might write to it."""
    before = opened()
    with pytest.raises(OperationalError):
        ask("nonsense")
    assert opened() is not before


SITE = """
import sys, threading
import django
from django.conf import settings

database = {"ENGINE": "api.sqlite", "NAME": sys.argv[1], "CONN_MAX_AGE": None}
settings.configure(DATABASES={"default": database})
django.setup()
from django.db import OperationalError, close_old_connections, connection

def request(sql):
    close_old_connections()
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql)
        print("done", flush=True)
    except OperationalError as error:
        print(error, flush=True)
    close_old_connections()

def read():
    request("SELECT * FROM todo")
    asked.set()
    threading.Event().wait()  # for ever: nobody asks this thread for anything more

asked = threading.Event()
threading.Thread(target=read, daemon=True).start()
asked.wait()
for line in sys.stdin:
    request(line)
"""


def test_a_file_that_was_only_read_is_written_again(tmp_path: Path) -> None:
    """Whoever else of the process has read it, and does nothing more."""
    file, write = tmp_path / "db.sqlite3", "INSERT INTO todo VALUES (1)\n"
    with closing(sqlite3.connect(file, isolation_level=None)) as keeper:
        keeper.execute("PRAGMA journal_mode = WAL")
        keeper.execute("CREATE TABLE todo (text)")
        files = [*tmp_path.glob("db.sqlite3*")]
        assert len(files) == 3
        for each in files:
            each.chmod(0o444)
        command = [sys.executable, "-c", SITE, str(file)]
        if os.geteuid() == 0:
            command = ["setpriv", "--bounding-set", LEAVES_MODES_OUT, *command]
        with subprocess.Popen(
            command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as site:
            asked, told = site.stdin, site.stdout
            assert asked and told
            assert told.readline() == "done\n"  # it is read
            for mode, said in ((0o444, "attempt to write a readonly database"), (0o644, "done")):
                for each in files:
                    each.chmod(mode)
                asked.write(write)
                asked.flush()
                assert told.readline().strip() == said
            asked.close()
        assert keeper.execute("SELECT count(*) FROM todo").fetchone() == (1,)


def test_a_log_that_has_grown_is_cut_when_all_of_it_is_in_the_file() -> None:
    log = Path(f"{connection.settings_dict['NAME']}-wal")
    ask("CREATE TABLE large (bytes)")
    try:
        with closing(sqlite3.connect(connection.settings_dict["NAME"])) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT * FROM large").fetchall()  # what comes after it stays in the log
            for _ in range(10):
                ask("INSERT INTO large VALUES (zeroblob(8 * 1024 * 1024))")
            assert log.stat().st_size > 80 * 1024**2
        ask("DELETE FROM large")  # which puts the log into the file
        ask("INSERT INTO large VALUES (1)")  # which begins it anew
        assert log.stat().st_size <= 64 * 1024**2
    finally:
        ask("DROP TABLE large")
        ask("VACUUM")


# --- Waiting for one's turn to write -------------------------------------------------------


@pytest.fixture
def other() -> Iterator[sqlite3.Connection]:
    """Return a connection of somebody else's, which has the turn."""
    path = connection.settings_dict["NAME"]
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as made:
        made.execute("BEGIN IMMEDIATE")
        yield made


def in_transaction() -> None:
    with transaction.atomic():
        ask("UPDATE auth_user SET first_name = 'Ann'")


def many() -> None:
    with connection.cursor() as cursor:
        cursor.executemany("UPDATE auth_user SET first_name = %s", [["Ann"], ["Ann"]])


WAYS: dict[str, Callable[[], object]] = {
    "a statement": lambda: ask("UPDATE auth_user SET first_name = 'Ann'"),
    "a compiled one": lambda: Statement("UPDATE auth_user SET first_name = %s").rows(["Ann"]),
    "a transaction": in_transaction,
    "many": many,
}


@pytest.mark.parametrize("way", WAYS)
def test_one_who_writes_waits_for_another(ann: User, other: sqlite3.Connection, way: str) -> None:
    began = time.monotonic()
    threading.Timer(0.3, other.execute, ["COMMIT"]).start()
    WAYS[way]()
    assert time.monotonic() - began >= 0.3
    ann.refresh_from_db()
    assert ann.first_name == "Ann"
    assert opened() is connection.connection


@pytest.mark.parametrize("way", WAYS)
def test_they_do_so_for_as_long_as_is_set(
    other: sqlite3.Connection, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.2)
    connection.close()
    began = time.monotonic()
    with pytest.raises(OperationalError, match="locked"):
        WAYS[way]()
    assert time.monotonic() - began >= 0.2
    other.execute("COMMIT")
    WAYS[way]()


def test_nobody_waits_to_read(other: sqlite3.Connection) -> None:
    other.execute("UPDATE auth_user SET first_name = 'Bob'")
    ask("SELECT * FROM auth_user")


def test_a_transaction_that_could_only_fail_is_not_waited_for(
    ann: User, other: sqlite3.Connection
) -> None:
    other.execute("COMMIT")
    ask("BEGIN")
    ask("SELECT * FROM auth_user")
    other.execute("UPDATE auth_user SET first_name = 'Bob'")
    began = time.monotonic()
    with pytest.raises(OperationalError, match="locked"):
        ask("UPDATE auth_user SET first_name = 'Ann'")
    assert time.monotonic() - began < connection.settings_dict["OPTIONS"]["timeout"] / 2
    connection.close()


def test_other_errors_are_told_at_once() -> None:
    with pytest.raises(OperationalError, match="nonsense"):
        ask("nonsense")


def connected(path: Path) -> "closing[WaitingConnection]":
    return closing(
        sqlite3.connect(
            path,
            isolation_level=None,
            check_same_thread=False,
            factory=WaitingConnection,
        )
    )


def test_a_commit_waits_for_who_reads_where_there_is_no_write_ahead_log(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite3"
    with (
        closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as reader,
        connected(path) as writer,
    ):
        writer.execute("CREATE TABLE todo (text)")
        writer.execute("INSERT INTO todo VALUES ('Buy milk')")
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM todo").fetchall()
        began = time.monotonic()
        threading.Timer(0.3, reader.execute, ["COMMIT"]).start()
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO todo VALUES ('Buy bread')")
        writer.commit()
        assert time.monotonic() - began >= 0.3
        assert reader.execute("SELECT count(*) FROM todo").fetchone() == (2,)


def test_of_those_that_wait_one_looks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lookers: set[int] = set()
    looked = threading.Event()

    def sleep(seconds: float) -> None:
        lookers.add(threading.get_ident())
        looked.set()
        SLEEP(seconds)

    monkeypatch.setattr("api.sqlite.waiting.time.sleep", sleep)
    path = tmp_path / "todo.sqlite3"
    with connected(path) as holder, ExitStack() as stack:
        holder.execute("PRAGMA journal_mode=WAL")
        holder.execute("CREATE TABLE todo (text)")
        holder.execute("BEGIN IMMEDIATE")
        insert = "INSERT INTO todo VALUES ('Buy milk')"
        connections = [stack.enter_context(connected(path)) for _ in range(8)]
        threads = [threading.Thread(target=each.execute, args=[insert]) for each in connections]
        for thread in threads:
            thread.start()
        assert looked.wait(10)
        SLEEP(0.2)
        assert len(lookers) == 1
        holder.commit()
        for thread in threads:
            thread.join()
        assert holder.execute("SELECT count(*) FROM todo").fetchone() == (8,)


def test_one_for_whom_others_wait_does_not_wait_behind_them(tmp_path: Path) -> None:
    """Without a write-ahead log: the first waits for a reader, the second for the first."""
    path = tmp_path / "old.sqlite3"
    with connected(path) as reader, connected(path) as first, connected(path) as second:
        first.execute("CREATE TABLE todo (text)")
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM todo").fetchall()
        first.execute("BEGIN IMMEDIATE")
        first.execute("INSERT INTO todo VALUES ('Buy milk')")
        waiting = threading.Thread(target=second.execute, args=["BEGIN IMMEDIATE"])
        waiting.start()
        while not TURNS[str(path)].locked():
            SLEEP(0.001)
        ending = threading.Timer(0.3, reader.execute, ["COMMIT"])
        ending.start()
        first.commit()
        waiting.join()
        assert second.in_transaction
        second.rollback()
        ending.join()


def test_a_row_that_is_returned_waits_for_who_reads_there_too(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite3"
    options = {"timeout": 5, "transaction_mode": "IMMEDIATE"}
    django = DatabaseWrapper({**connection.settings_dict, "NAME": path, "OPTIONS": options}, "old")
    with connected(path) as reader, django.cursor() as cursor:
        cursor.execute("CREATE TABLE todo (text)")
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM todo").fetchall()
        began = time.monotonic()
        threading.Timer(0.3, reader.execute, ["COMMIT"]).start()
        cursor.execute("INSERT INTO todo VALUES ('Buy milk') RETURNING text")
        assert cursor.fetchall() == [("Buy milk",)]
        assert time.monotonic() - began >= 0.3
    django.close()
