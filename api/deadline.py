"""A moment at which waiting ends, whatever the other side does."""

import socket
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection, HTTPResponse
from io import BufferedReader, RawIOBase
from threading import Thread
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Deadline:
    at: float
    """By the clock that nobody sets."""
    seconds: float
    """How long it was from the beginning."""

    @classmethod
    def after(cls, seconds: float) -> "Deadline":
        return cls(time.monotonic() + seconds, seconds)

    @property
    def left(self) -> float:
        """Seconds, never none; raises TimeoutError when it is over."""
        left = self.at - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self.at

    def wait_for(self, act: Callable[[], T]) -> T:
        """Return what a function returns that takes no limit, such as a look-up in the DNS.

        Where it takes too long it is left to its thread: it ends there when it ends.
        """
        done: Future[T] = Future()

        def run() -> None:
            try:
                done.set_result(act())
            except BaseException as error:
                done.set_exception(error)

        Thread(target=run, daemon=True).start()
        return done.result(self.left)

    def hold(self, connection: HTTPConnection) -> HTTPConnection:
        """Let a connection read no answer after the deadline, headers included.

        A socket's own limit is for one read: bytes that trickle in would renew it each time.
        """
        connection.response_class = partial(TimedResponse, deadline=self)  # type: ignore[assignment]
        return connection


class TimedResponse(HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, deadline: Deadline, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = BufferedReader(TimedReader(self.fp.detach(), sock, deadline))


class TimedReader(RawIOBase):
    def __init__(self, raw: RawIOBase, sock: socket.socket, deadline: Deadline) -> None:
        self.raw = raw
        self.sock = sock
        self.deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self.sock.settimeout(self.deadline.left)
        return self.raw.readinto(buffer)

    def close(self) -> None:
        self.raw.close()
        super().close()
