"""The backend itself: Django looks for it in a module of this name."""

import os
import time
from threading import Condition
from typing import Any
from weakref import WeakSet

from django.db.backends.sqlite3 import base

from api.sqlite.waiting import WaitingConnection, WaitingCursor

WAIT = 0.5
"""Seconds for which one who opens a file waits until all that may only read it have closed it."""
FILES = ("", "-wal", "-shm")
"""What is behind the name of each file of a database."""


class DatabaseWrapper(base.DatabaseWrapper):
    """Takes a kept connection for good until a statement fails on it.

    Django's asks "SELECT 1", to which a file that is open always has an answer. Whether it may be
    written, SQLite finds out as it opens it: who opened it while it was only read would be refused
    for ever. So such a connection is kept for one request. And of the memory that all connections
    of a process share (the file behind -shm) SQLite finds it out once, for as long as one of them
    is open: when it can be written again, who opens it waits until the others have closed it.
    """

    changed = Condition()
    only_read: WeakSet["DatabaseWrapper"] = WeakSet()
    """Those of this process that are open, and may only read."""

    def get_connection_params(self) -> dict[str, Any]:
        params: dict[str, Any] = super().get_connection_params()
        return params | {"factory": WaitingConnection}

    def get_new_connection(self, conn_params: dict[str, Any]) -> WaitingConnection:
        made: WaitingConnection = super().get_new_connection(conn_params)
        if made.execute("PRAGMA journal_mode").fetchone() != ("wal",):
            made.let_sqlite_wait()  # as a statement's last row is read, it may have to
        return made

    def create_cursor(self, name: str | None = None) -> WaitingCursor:
        return self.connection.cursor(factory=WaitingCursor)  # type: ignore[no-any-return]

    def others_only_read(self) -> bool:
        name = self.settings_dict["NAME"]
        return any(
            each is not self and each.settings_dict["NAME"] == name for each in self.only_read
        )

    def is_usable(self) -> bool:
        return self.connection is not None and not self.errors_occurred

    def connect(self) -> None:
        if not self.is_in_memory_db():
            with self.changed:
                writable = is_writable(str(self.settings_dict["NAME"]))
                if writable:
                    self.changed.wait_for(lambda: not self.others_only_read(), WAIT)
                if not writable or self.others_only_read():
                    self.only_read.add(self)
        try:
            super().connect()
        finally:
            if self.connection is None:
                self.leave()
        if self in self.only_read:
            self.close_at = time.monotonic()  # at the end of the request

    def _close(self) -> None:
        super()._close()  # type: ignore[misc]
        self.leave()

    def leave(self) -> None:
        if self in self.only_read:
            with self.changed:
                self.only_read.discard(self)
                self.changed.notify_all()


def is_writable(name: str) -> bool:
    """Tell whether the files of a database may be written; so may what there is not yet."""
    files = [f"{name}{end}" for end in FILES]
    return all(os.access(file, os.W_OK) or not os.path.exists(file) for file in files)
