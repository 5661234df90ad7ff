"""A connection to SQLite is kept until a statement fails on it."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.db import OperationalError, close_old_connections, connection

from tests.chaos.processes import LEAVES_MODES_OUT
from tests.development_server import PROJECT

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
