"""What requests note in memory, and what a thread of each process writes down, all at once.

A note costs a request a fraction of a microsecond; a statement would cost as much as the request.
What was not written yet goes with a process that is killed: that is what it noted in the last
NOTES_SECONDS. One that ends by itself, or is asked to, writes first. While the database is away
notes are kept, and written afterwards.
"""

import logging
import os
from collections.abc import Callable, Hashable
from itertools import count
from multiprocessing.util import Finalize
from threading import Event, Lock, Thread
from typing import Any

from django.conf import settings
from django.db import connections

logger = logging.getLogger(__name__)

KEYS_MAX = 5_000
"""Different things that are counted; more come of nothing that a site would do."""


class Tally:
    """Counts from many threads at once, exactly and without a lock: `next` is one step of Python.

    Who takes what was counted draws a number like everybody, and leaves that one out.
    """

    def __init__(self) -> None:
        self.counters: dict[Hashable, count[int]] = {}
        self.read: dict[Hashable, int] = {}

    def add(self, key: Hashable) -> None:
        try:
            next(self.counters[key])
        except KeyError:
            self.add_first(key)

    def add_first(self, key: Hashable) -> None:
        if len(self.counters) < KEYS_MAX:
            next(self.counters.setdefault(key, count()))
            start_writing()

    def take(self) -> dict[Any, int]:
        """Return how often each key was added since the last time; for one thread at a time."""
        taken = {}
        for key, counter in list(self.counters.items()):
            now = next(counter)
            if since := now - self.read.get(key, 0):
                taken[key] = since
            self.read[key] = now + 1
        return taken


class Writer:
    """The thread that writes, every so many seconds, and the functions that do."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self.seconds = seconds
        self.functions: list[Callable[[], None]] = []
        self.lock = Lock()
        self.stopped = Event()
        self.thread: Thread | None = None
        # Of itself, or of a server's worker, which `atexit` does not hear of.
        Finalize(None, self.end, exitpriority=0)
        os.register_at_fork(after_in_child=self.forget_thread)

    def start(self) -> None:
        if self.seconds() and self.thread is None:
            self.thread = Thread(target=self.run, name="notes", daemon=True)
            self.thread.start()

    def run(self) -> None:
        while not self.stopped.wait(self.seconds()):
            self.write_in_thread()

    def write(self) -> None:
        """Let each function write what there is; what one could not, it keeps."""
        with self.lock:
            for function in self.functions:
                try:
                    function()
                except Exception:
                    logger.exception("What was noted could not be written; it is kept")

    def write_in_thread(self) -> None:
        self.write()
        connections.close_all()

    def end(self) -> None:
        """Write a last time, as the process ends."""
        if self.thread is not None:
            self.stopped.set()
            self.write_in_thread()

    def forget_thread(self) -> None:
        """Be ready to start again in a process that was made by forking: threads stay behind."""
        self.lock, self.stopped, self.thread = Lock(), Event(), None


writer = Writer(lambda: settings.NOTES_SECONDS)
start_writing = writer.start
