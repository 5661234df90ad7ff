"""A site whose places for dear work are all taken."""

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from threading import Barrier, Event, Thread

from django.conf import settings

from api.dear_work import dear_work, working_for


@contextmanager
def all_places_taken(places: int | None = None, *, of: Hashable = None) -> Iterator[None]:
    """Do dear work in as many other threads as may, the brief one too, or in so many.

    It is done for nobody in particular, or all of one caller.
    """
    places = settings.DEAR_THREADS + 1 if places is None else places
    begun, done = Barrier(places + 1), Event()

    def work() -> None:
        with working_for((lambda: of) if of else None), dear_work(brief=True):
            begun.wait(60)
            done.wait(60)

    threads = [Thread(target=work) for _ in range(places)]
    for thread in threads:
        thread.start()
    begun.wait(60)
    try:
        yield
    finally:
        done.set()
        for thread in threads:
            thread.join()
