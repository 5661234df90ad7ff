"""A WSGI application behind an event loop: a thread works only on what has arrived whole.

A thread that reads a body waits for whoever sends it, and one that writes an answer for whoever
reads it: a few slow clients stop a WSGI server. Here the loop of the server (granian, by its own
interface RSGI) takes each request in and gives each answer out, and threads do the rest.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from io import BytesIO
from typing import Any, NamedTuple

import orjson

from api.arrival import (
    UNREAD,
    RefusedError,
    Room,
    check_path,
    environ_of,
    has_body,
    is_short,
    take_in,
    take_in_long,
)
from api.body_ahead import AHEAD, BodyWantedError, ahead_of
from api.request_log import RequestLog
from api.request_threads import RequestThreads

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]
Headers = list[tuple[str, str]]

BODY_SECONDS = 120
"""How long a body may take to arrive."""
LINGER_SECONDS = 30
"""How long the rest of a body may go on arriving when the request is answered."""
LINGERING_MAX = 1000
"""How many such may go on arriving to one process."""
ARRIVING_MAX = 1000
"""How many bodies may be on their way to one process."""
WAITING_MAX = 1000
"""How many requests may wait for a thread of one process."""
BODIES_MAX = 256 * 1024 * 1024
"""Bytes that the bodies of one process may hold, on their way, waiting and while answered."""
WANTED = "body.wanted"
"""Set in the environ of a request whose application asked for the body."""
TICK = 0.1  # seconds

logger = logging.getLogger("django.request")


class Job(NamedTuple):
    """A request that has arrived whole."""

    environ: dict[str, Any]
    protocol: Any
    answered: "asyncio.Future[None]"
    """Done when it is, or when a body that was not taken in turned out to be wanted."""


class WholeRequests:
    """An RSGI application: its loop takes requests in, its threads let a WSGI one answer them."""

    def __init__(
        self,
        application: Application,
        *,
        threads: int,
        one_first: bool,
        at_once: str = "",
        log: RequestLog,
    ) -> None:
        self.application = application
        self.at_once = at_once
        """A path at which the application waits for nothing: the loop itself asks it."""
        self.log = log
        self.threads = RequestThreads(self.work, threads=threads, one_first=one_first)
        self.answered: deque[asyncio.Future[None]] = deque()
        """What tasks wait for that may end. To wake the loop for each would cost more than it."""
        self.room = Room(BODIES_MAX)
        self.now = 0.0
        """The time of the loop, as of the last tick."""
        self.arriving: dict[asyncio.Task[Any], float] = {}
        """The tasks that wait for a body, and until when."""
        self.lingering: dict[asyncio.Task[Any], float] = {}
        """Those that wait for the rest of one whose request is answered."""

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.threads.start(loop)
        self.tick(loop)

    def tick(self, loop: asyncio.AbstractEventLoop) -> None:
        self.let_go()
        self.now = now = loop.time()
        for waiting in (self.arriving, self.lingering):
            for task in [task for task, until in waiting.items() if until < now]:
                task.cancel()
        loop.call_later(TICK, self.tick, loop)

    def let_go(self) -> None:
        while self.answered:
            self.answered.popleft().set_result(None)

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        self.let_go()
        environ: dict[str, Any] = {"wsgi.input": BytesIO()}
        try:
            environ |= environ_of(scope)
            if has_body(environ):
                environ[UNREAD] = True
            check_path(scope.path)
            if scope.path == self.at_once:
                self.answer(environ, protocol)
                return
            if UNREAD in environ and not await self.arrive(environ, protocol):
                environ["wsgi.input"].close()
                return
            self.log.arrived(environ)
            await self.answered_by_thread(environ, protocol)
        except RefusedError as error:
            environ["wsgi.input"].close()
            refuse(protocol, error)
            self.log.add_refused(environ, error.status)
        finally:
            self.room.give_back(environ)
            if UNREAD in environ:
                await self.linger(protocol)

    async def linger(self, protocol: Any) -> None:
        """Drop what of an answered request is still on its way (RFC 9112, section 9.6).

        A connection that ends with some of it unread is reset, and its answer lost with it.
        """
        if len(self.lingering) >= LINGERING_MAX:
            return
        task: Any = asyncio.current_task()
        self.lingering[task] = self.now + LINGER_SECONDS
        try:
            with suppress(RuntimeError):  # of a body that was begun
                aiter(protocol)
            while True:
                await anext(protocol)
        except (StopAsyncIteration, RuntimeError, asyncio.CancelledError):
            pass  # it is over, or broke off, or took too long
        finally:
            del self.lingering[task]

    async def answered_by_thread(self, environ: dict[str, Any], protocol: Any) -> None:
        """Wait until a thread has answered: an RSGI task must outlive its answer."""
        if self.threads.waiting >= WAITING_MAX:
            raise RefusedError(503, "Too many requests are waiting. Try again in a moment.")
        answered = asyncio.get_running_loop().create_future()
        self.threads.put(Job(environ, protocol, answered))
        await answered

    async def arrive(self, environ: dict[str, Any], protocol: Any) -> bool:
        """Take the body in, and say so; False where the request was answered without it.

        Raises RefusedError for what is too slow, or too much.
        """
        if len(self.arriving) >= ARRIVING_MAX:
            raise RefusedError(503, "Too many bodies are arriving. Try again in a moment.")
        task: Any = asyncio.current_task()
        self.arriving[task] = self.now + BODY_SECONDS
        try:
            if is_short(environ):
                await take_in(environ, protocol, self.room)
                return True
            is_wanted = partial(self.is_wanted, environ, protocol, task)
            return await take_in_long(environ, protocol, self.room, is_wanted)
        except asyncio.CancelledError as error:
            del environ[UNREAD]  # whatever more would come takes too long
            detail = f"The body took longer than {BODY_SECONDS} seconds. Send it again."
            raise RefusedError(408, detail) from error
        except OSError as error:
            logger.exception("A body could not be kept until the whole of it is there")
            raise RefusedError(503, "There is no room for the body. Try again shortly.") from error
        finally:
            del self.arriving[task]

    async def is_wanted(
        self, environ: dict[str, Any], protocol: Any, task: "asyncio.Task[Any]"
    ) -> bool:
        """Say whether the application reads a body that is long: else it has answered by now.

        It is asked without it, by whoever sends it and what for. What it does before it reads, it
        does again afterwards, but for counting. Whoever sends the body does not wait for this.
        """
        ahead = ahead_of(environ)
        del self.arriving[task]
        try:
            await self.answered_by_thread(ahead, protocol)
        finally:
            self.arriving[task] = self.now + BODY_SECONDS
        return WANTED in ahead

    def work(self, job: Job) -> None:
        """Answer a request, in a thread."""
        environ, protocol, answered = job
        try:
            self.answer(environ, protocol)
        except BodyWantedError:
            environ[WANTED] = True
        except BaseException:  # a thread that ends is missed until the process does
            logger.exception("%s %s", environ["REQUEST_METHOD"], environ["PATH_INFO"])
            refuse(protocol, RefusedError(500, "The site has a fault. It was noted."))
        finally:
            environ["wsgi.input"].close()
            self.answered.append(answered)
            if AHEAD in environ:  # a body waits
                answered.get_loop().call_soon_threadsafe(self.let_go)

    def answer(self, environ: dict[str, Any], protocol: Any) -> None:
        status, headers = 0, []

        def start_response(line: str, given: Headers, exc_info: Any = None) -> None:
            nonlocal status, headers
            status, headers = int(line[:3]), given
            if UNREAD in environ:
                headers = [*given, ("Connection", "close")]

        body = self.application(environ, start_response)
        if isinstance(body, list):
            protocol.response_bytes(status, headers, b"".join(body))
            return
        try:
            if any(name.lower() == "content-length" for name, _ in headers):
                protocol.response_bytes(status, headers, b"".join(body))
            else:
                send_on(protocol.response_stream(status, headers), body)
        finally:
            if hasattr(body, "close"):
                body.close()


def send_on(transport: Any, pieces: Iterable[bytes]) -> None:
    """Send an answer on as it is made. Ends when nobody reads it any more.

    A transport's `send_bytes` takes a piece at once: what it returns says how that went. With the
    last reference to it the answer ends, so none may stay behind in the traceback of an error.
    """
    try:
        for piece in pieces:
            try:
                next(transport.send_bytes(piece).__await__(), None)
            except RuntimeError:
                return
    finally:
        del transport


def refuse(protocol: Any, error: RefusedError) -> None:
    headers = [("Content-Type", "application/json"), ("Cache-Control", "no-store")]
    headers.append(("Connection", "close"))  # a body may be on its way
    if error.status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers.append(("Retry-After", "1"))
    protocol.response_bytes(error.status, headers, orjson.dumps({"detail": str(error)}))
