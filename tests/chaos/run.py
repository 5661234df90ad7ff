"""What is done to the site, one fault after the other."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.chaos.crowd import Crowd, Somebody, crowd
from tests.chaos.databases import Database
from tests.chaos.site import WORKERS, BrokenError, Site, until
from tests.chaos.words import Reader
from tests.chaos.writers import Anybody, everybody

HOARDED = 2_000  # characters of a todo that is to fill the database
LASTS = 1.0
"""Seconds that a fault lasts, from when it was noticed."""


@dataclass(frozen=True)
class Plan:
    rounds: int = 100
    """In half of them a worker is killed, in half of them the server."""
    restarts: int = 20
    """Of the database."""
    seed: int = 1


@dataclass(frozen=True)
class Row:
    """What came of one kind of fault."""

    database: str
    fault: str
    times: int
    acknowledged: int
    refused: int
    """With 503 and words."""
    cut_off: int
    back: list[float]
    """Seconds until the site worked again, each time."""


class Trial:
    """One site on one database, the people who use it, and what happens to both."""

    def __init__(
        self, database: Database, site: Site, plan: Plan, say: Callable[[str], None]
    ) -> None:
        self.database, self.site, self.plan, self.say = database, site, plan, say
        self.chance = Random(plan.seed)
        tokens = site.prepare()
        site.start()
        site.recover()
        self.hoarder = Anybody(site, "eve", Random(plan.seed))
        self.writers = everybody(site, tokens, plan.seed)
        self.people: list[Somebody] = [*self.writers, Reader(site, "ann", site.password)]

    def rows(self) -> Iterator[Row]:
        with crowd(self.people) as people:
            half = self.plan.rounds // 2
            yield self.row(people, "a worker killed", half, self.kill_worker)
            yield self.row(people, "the server killed", self.plan.rounds - half, self.kill_server)
            for number, ending in enumerate(self.database.endings):
                times = len(range(number, self.plan.restarts, len(self.database.endings)))
                yield self.row(people, f"restarted: {ending}", times, self.restart(ending))
            if self.database.disk:
                yield self.row(people, "a full disk", 1, self.fill)
            yield self.row(people, "only read", 1, self.only_read)
        people.check()
        self.compare()

    def row(self, people: Crowd, fault: str, times: int, act: Callable[[], float]) -> Row:
        before, back = people.seen, []
        for number in range(times):
            self.say(f"{self.database.name}: {fault}, {number + 1} of {times}")
            back.append(act())
            people.check()
        seen = people.seen - before
        counts = (seen["acknowledged"], seen["503"], seen["cut off"])
        return Row(self.database.name, fault, times, *counts, back)

    def pause(self, most: float) -> None:
        time.sleep(self.chance.uniform(0, most))

    def kill_worker(self) -> float:
        self.pause(0.5)
        self.site.kill_worker(self.chance.randrange(WORKERS))
        return self.site.recover()

    def kill_server(self) -> float:
        self.pause(0.5)
        self.site.kill()
        return self.site.recover()

    def restart(self, ending: str) -> Callable[[], float]:
        def act() -> float:
            time.sleep(self.chance.uniform(0.5, 1.5))  # in which all write again
            self.database.restart(ending, self.chance.uniform(0.2, LASTS), self.chance)
            return self.until_written()

        return act

    def fill(self) -> float:
        assert self.database.disk
        self.hoarder.add("before")
        self.database.disk.fill()
        until(lambda: not self.hoard(), "a full disk refuses a todo")
        time.sleep(LASTS)
        self.database.disk.empty()
        return self.until_written()

    def hoard(self) -> bool:
        number = len(self.hoarder.todos)
        return self.hoarder.add(f"{number} ".ljust(HOARDED, "x"))

    def only_read(self) -> float:
        self.database.only_read(self.site)
        until(lambda: not self.hoarder.add("never"), "who cannot be kept is refused")
        self.still_read()
        time.sleep(LASTS)
        self.database.let_write()
        return self.until_written()

    def still_read(self) -> None:
        """What is only read has to be read."""
        answer = self.site.ask("GET", "/todo/todos/nobody")
        if answer.status != 200:
            raise BrokenError(f"What could be read is refused: {answer.status}")

    def until_written(self) -> float:
        return until(lambda: self.hoarder.add("after"), "a todo is kept again")

    def compare(self) -> None:
        """Look into the database itself."""
        for writer in (*self.writers, self.hoarder):
            at = ("todo-user", "ann") if writer.name == "ann" else ("todo", writer.name)
            writer.compare(self.database.todos(*at))


@contextmanager
def trial(
    database: Database, directory: Path, plan: Plan, say: Callable[[str], None]
) -> Iterator[Trial]:
    site = Site(directory, database.url)
    try:
        yield Trial(database, site, plan, say)
    finally:
        if hasattr(site, "process"):
            site.stop()
