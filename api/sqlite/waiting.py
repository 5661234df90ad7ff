"""How one who writes waits for their turn: by looking again every half millisecond.

SQLite itself looks again after 1, 2, 5, 10 and more milliseconds, up to 100. So whoever writes
much takes turn after turn, and one who writes once may wait for half a second. Of the threads of
a process that wait one looks; else many would take a core for it.
"""

import os
import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any, ParamSpec, TypeVar

from django.db.backends.sqlite3.base import SQLiteCursorWrapper

AGAIN = 0.0005  # seconds
BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_BUSY_RECOVERY)
"""What is told of a file that another writes to, or puts in order. That a transaction which has
read can write no more (SQLITE_BUSY_SNAPSHOT) would be told for ever."""

TURNS: defaultdict[str, Lock] = defaultdict(Lock)
"""Of each file, what the thread holds that looks."""
os.register_at_fork(after_in_child=TURNS.clear)  # which has none of those threads

Params = ParamSpec("Params")
Result = TypeVar("Result")


class WaitingConnection(sqlite3.Connection):
    """The driver's connection, which waits for as long as its `timeout` says."""

    def __init__(self, database: Any, *, timeout: float = 5.0, **kwargs: Any) -> None:
        self.turn = TURNS[str(database)]
        self.patience = timeout
        """Seconds after which the file is said to be locked."""
        super().__init__(database, timeout=0, **kwargs)

    def execute(self, *args: Any) -> sqlite3.Cursor:
        return in_turn(self, super().execute, *args)

    def commit(self) -> None:  # who reads may be in the way where there is no write-ahead log
        in_turn(self, super().commit)

    def let_sqlite_wait(self) -> None:
        super().execute(f"PRAGMA busy_timeout = {self.patience * 1000:.0f}")

    @contextmanager
    def waiting_by_itself(self) -> Iterator[None]:
        """Have SQLite wait: part of what is done may be written when it has to."""
        [before] = super().execute("PRAGMA busy_timeout").fetchone()
        self.let_sqlite_wait()
        try:
            yield
        finally:
            super().execute(f"PRAGMA busy_timeout = {before}")

    def executescript(self, *args: Any) -> sqlite3.Cursor:
        with self.waiting_by_itself():
            return super().executescript(*args)


class WaitingCursor(SQLiteCursorWrapper):
    """Django's cursor over such a connection."""

    connection: WaitingConnection

    def execute(self, *args: Any) -> Any:
        return in_turn(self.connection, super().execute, *args)

    def executemany(self, *args: Any) -> Any:
        with self.connection.waiting_by_itself():
            return super().executemany(*args)


def in_turn(
    connection: WaitingConnection,
    run: Callable[Params, Result],
    *args: Params.args,
    **kwargs: Params.kwargs,
) -> Result:
    """Run a statement when nobody else writes. Raises OperationalError when patience has ended."""
    ends = time.monotonic() + connection.patience
    try:
        return run(*args, **kwargs)
    except sqlite3.OperationalError as error:
        if not is_busy(error) or time.monotonic() >= ends:
            raise
        # For who is in a transaction the others may be waiting.
        looks_too = connection.in_transaction
        if not looks_too and not connection.turn.acquire(timeout=connection.patience):
            raise
    try:
        while True:
            try:
                return run(*args, **kwargs)
            except sqlite3.OperationalError as error:
                if not is_busy(error) or time.monotonic() >= ends:
                    raise
            time.sleep(AGAIN)
    finally:
        if not looks_too:
            connection.turn.release()


def is_busy(error: sqlite3.OperationalError) -> bool:
    return error.sqlite_errorcode in BUSY
