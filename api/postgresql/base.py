"""The backend itself: Django looks for it in a module of this name."""

from select import POLLIN, poll

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Looks at the socket before it sends a query for nothing.

    Django's asks "SELECT 1" at the first query of each request. A server that closed a connection
    has said so, and that can be read; with nothing to read, the query of the request itself would
    learn no less.
    """

    def is_usable(self) -> bool:
        if self.connection is None or self.connection.closed:
            return False
        waiting = poll()
        waiting.register(self.connection.fileno(), POLLIN)
        return not waiting.poll(0) or super().is_usable()
