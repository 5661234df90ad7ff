"""The backend itself: Django looks for it in a module of this name."""

from django.db.backends.sqlite3 import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Takes a kept connection for good until a statement fails on it.

    Django's asks "SELECT 1", to which a file that is open always has an answer. Whether it may be
    written, SQLite finds out as it opens it: who opened it while it was only read would be refused
    for ever.
    """

    def is_usable(self) -> bool:
        return self.connection is not None and not self.errors_occurred
