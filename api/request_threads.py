"""The threads that answer requests: no more of them at work at once than it helps.

Python runs one at a time. Where no statement waits for a server, as with SQLite, threads that work
at once only take its lock from each other, and each finds that the pages which its connection kept
of the database are those of before another's write: that cost a POST a fifth of its CPU time. So
there one of them takes the requests, until it is at one of them for longer than `PATIENCE`: then
another does, and so on until all are at work.
"""

import asyncio
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from time import monotonic
from typing import Generic, TypeVar

Job = TypeVar("Job")

PATIENCE = 0.002  # seconds; the timers of the loop count in milliseconds


class Place:
    """Leave to take requests, which one thread has."""

    __slots__ = ("given_on", "since")

    def __init__(self) -> None:
        self.since = 0.0
        """When its thread began the request that it is at; 0 between two."""
        self.given_on = False
        """Whether another has it now. Its thread hears of it after its request, or the next."""


class RequestThreads(Generic[Job]):
    """So many threads: all take jobs, or `one_first`."""

    def __init__(self, work: Callable[[Job], None], *, threads: int, one_first: bool) -> None:
        self.work = work
        self.threads = threads
        self.jobs: SimpleQueue[Job] = SimpleQueue()
        self.place = Place()
        """The one there is, where one takes jobs."""
        self.free: SimpleQueue[Place] = SimpleQueue()
        """Those whose thread has not come yet."""
        for place in [self.place] if one_first else [Place() for _ in range(threads)]:
            self.free.put(place)
        self.looks = not one_first
        """Whether a look is planned, or none is ever needed."""

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        for number in range(self.threads):
            Thread(target=self.run, name=f"request-{number}", daemon=True).start()

    @property
    def waiting(self) -> int:
        """How many jobs no thread has begun."""
        return self.jobs.qsize()

    def put(self, job: Job) -> None:
        """Have a job done. To be called on the loop."""
        waits = self.place.since or self.waiting
        self.jobs.put(job)
        if waits and not self.looks:
            self.look()

    def look(self) -> None:
        """Give on the place of a thread that takes long, again and again while jobs wait."""
        self.looks = self.waiting > 0
        if not self.looks:
            return
        if 0 < self.place.since < monotonic() - PATIENCE:
            self.place.given_on = True
            self.place = Place()
            self.free.put(self.place)
        self.loop.call_later(PATIENCE, self.look)

    def run(self) -> None:
        """Do one job after the other, in a thread of its own."""
        place = self.free.get()
        while True:
            job = self.jobs.get()
            place.since = monotonic()
            self.work(job)
            del job  # what is held until the next would keep its connection open
            place.since = 0.0
            if place.given_on:
                place = self.free.get()
