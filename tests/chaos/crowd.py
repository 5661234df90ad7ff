"""All who use the site meanwhile, each in a thread."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Thread
from typing import Protocol

from tests.chaos.site import BrokenError

PAUSE = 0.01  # seconds


class Somebody(Protocol):
    seen: Counter[str]

    def act(self) -> None: ...


class Crowd:
    def __init__(self, people: Sequence[Somebody]) -> None:
        self.people = people
        self.done = Event()
        self.broken: list[str] = []
        self.threads = [Thread(target=self.go_on, args=[each], daemon=True) for each in people]

    def go_on(self, somebody: Somebody) -> None:
        while not self.done.wait(PAUSE):
            try:
                somebody.act()
            except BrokenError as error:
                self.broken.append(str(error))
                return
            except Exception as error:  # an answer that nobody can read is a fault, too
                self.broken.append(f"{type(error).__name__}: {error}")
                return

    def check(self) -> None:
        """Raise BrokenError if any of them saw what must not be."""
        if self.broken:
            raise BrokenError("\n".join(self.broken))

    @property
    def seen(self) -> Counter[str]:
        return sum((each.seen for each in self.people), Counter[str]())


@contextmanager
def crowd(people: Sequence[Somebody]) -> Iterator[Crowd]:
    made = Crowd(people)
    for thread in made.threads:
        thread.start()
    try:
        yield made
    finally:
        made.done.set()
        for thread in made.threads:
            thread.join()
