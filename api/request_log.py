"""What is noted of each request: for a line of the access log, and for the figures.

A request appends one row to a list, and a thread of the process makes of the rows what is wanted.
So the note costs a request a few microseconds, and nothing at all where nobody wants it: then
nothing here is in its way.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from time import perf_counter, time
from typing import Any, NamedTuple

from api.addresses import address_of
from api.notes import Writer
from api.request_ids import HEADER, request_id

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]

SECONDS = 0.25
"""How long a row may wait."""
WAITING_MAX = 100_000
"""Rows; where the thread cannot follow, the rest are counted, and left out."""

logger = logging.getLogger(__name__)


class Running:
    """A request that is being answered, and what is found out about it on the way."""

    __slots__ = ("begun", "environ", "id", "operation", "plugin", "status")

    def __init__(self, environ: dict[str, Any]) -> None:
        self.environ = environ
        self.begun: float = environ.get(ARRIVED) or perf_counter()
        self.id = request_id(environ)
        self.plugin = self.operation = ""
        self.status = 500


class Row(NamedTuple):
    """A request that was answered."""

    at: float
    """Seconds since 1970, of the end."""
    id: str
    plugin: str
    """The slug; "" where it was for none."""
    operation: str
    """Method and route; "" where there is none."""
    method: str
    path: str
    """As WSGI has it, without the query."""
    status: int
    seconds: float
    """Since the whole of it was there, waiting for a thread included."""
    address: str


ARRIVED = "site.arrived"
"""Where an environ says when its request was there, where a server tells."""

running: ContextVar[Running | None] = ContextVar("running", default=None)
"""The request that this thread answers; None where nothing is noted."""


class RequestLog:
    """Notes requests, and hands the rows to those who want them."""

    def __init__(self) -> None:
        self.readers: list[Callable[[list[Row]], None]] = []
        self.rows: deque[Row] = deque()
        self.lost = 0
        self.writer = Writer(lambda: SECONDS)
        self.writer.functions.append(self.hand_on)

    def around(self, application: Application) -> Application:
        """Note all that is asked of an application; itself where nobody wants the rows."""
        if not self.readers:
            return application

        def noted(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            request = Running(environ)
            running.set(request)

            def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
                request.status = int(status[:3])
                return start_response(status, [*headers, (HEADER, request.id)], *error)

            try:
                body = application(environ, start)
            except Exception:
                self.add(request)
                raise
            if isinstance(body, list):
                self.add(request)
                return body
            return Watched(body, lambda: self.add(request))

        return noted

    def arrived(self, environ: dict[str, Any]) -> None:
        """Note that the whole of a request is there, which may wait for a thread from now on."""
        if self.readers:
            environ[ARRIVED] = perf_counter()

    def add_refused(self, environ: dict[str, Any], status: int) -> None:
        """Note a request that the server itself refused; of one that is none, nothing is known."""
        if self.readers and "REQUEST_METHOD" in environ:
            request = Running(environ)
            request.status = status
            self.add(request)

    def add(self, request: Running) -> None:
        running.set(None)
        if len(self.rows) >= WAITING_MAX:
            self.lost += 1
            return
        environ = request.environ
        self.rows.append(
            Row(
                time(),
                request.id,
                request.plugin,
                request.operation,
                environ["REQUEST_METHOD"],
                environ.get("PATH_INFO", ""),
                request.status,
                perf_counter() - request.begun,
                address_of(environ),
            )
        )
        if self.writer.thread is None:
            self.writer.start()

    def hand_on(self) -> None:
        rows = [self.rows.popleft() for _ in range(len(self.rows))]
        if self.lost:
            logger.warning("%d requests more than could be noted were left out", self.lost)
            self.lost = 0
        for reader in self.readers if rows else ():
            reader(rows)


class Watched:
    """An answer that is sent piece by piece, and noted when its server is done with it."""

    def __init__(self, body: Iterable[bytes], ended: Callable[[], None]) -> None:
        self.body, self.ended = body, ended

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.body)

    def close(self) -> None:
        ended, self.ended = self.ended, lambda: None
        try:
            if hasattr(self.body, "close"):
                self.body.close()
        finally:
            ended()


request_log = RequestLog()
