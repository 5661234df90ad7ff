"""The threads that answer requests: which of them work, and who waits for whom."""

import asyncio
import time
from collections.abc import Callable, Iterator
from threading import Event, Thread, current_thread
from typing import Any

import pytest

from api import request_threads
from api.request_threads import RequestThreads

Job = Callable[[], object]
Make = Callable[..., Any]


class Threads:
    """Some of them, on a loop of their own."""

    def __init__(self, threads: int, one_first: bool) -> None:
        self.loop = asyncio.new_event_loop()
        self.threads = RequestThreads(self.work, threads=threads, one_first=one_first)
        self.done: list[tuple[str, object]] = []
        self.threads.start(self.loop)
        Thread(target=self.loop.run_forever, daemon=True).start()

    def work(self, job: Job) -> None:
        self.done.append((current_thread().name, job()))

    def put(self, *jobs: Job) -> None:
        put = [asyncio.run_coroutine_threadsafe(self.put_on_loop(job), self.loop) for job in jobs]
        for each in put:
            each.result(30)

    async def put_on_loop(self, job: Job) -> None:
        self.threads.put(job)

    def wait_for(self, count: int) -> list[object]:
        """Wait until so many jobs are done, and return what came of them."""
        deadline = time.monotonic() + 30
        while len(self.done) < count:
            assert time.monotonic() < deadline
            time.sleep(0.001)
        return [result for _, result in self.done]

    def wait_until_waiting(self, count: int) -> None:
        """Wait until so many jobs are not begun, and see that it stays so."""
        deadline = time.monotonic() + 30
        while self.threads.waiting != count:
            assert time.monotonic() < deadline
            time.sleep(0.001)
        time.sleep(0.05)
        assert self.threads.waiting == count


@pytest.fixture
def make() -> Iterator[Make]:
    made: list[Threads] = []

    def threads(count: int, *, one_first: bool = True) -> Threads:
        made.append(Threads(count, one_first))
        return made[-1]

    yield threads
    for each in made:
        each.loop.call_soon_threadsafe(each.loop.stop)


def test_quick_jobs_are_done_in_order_one_at_a_time(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_threads, "PATIENCE", 30)  # a busy machine makes none of them slow
    threads = make(4)
    at_work: list[int] = []

    def number(value: int) -> int:
        at_work.append(value)
        time.sleep(0)  # in which another would begin
        assert at_work == [value]
        at_work.remove(value)
        return value

    threads.put(*(lambda value=value: number(value) for value in range(2000)))
    assert threads.wait_for(2000) == list(range(2000))


def test_others_do_not_wait_for_who_takes_long(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    threads = make(4)
    released = Event()
    threads.put(lambda: released.wait(30), lambda: released.wait(30), lambda: "quick")
    assert threads.wait_for(1) == ["quick"]
    monkeypatch.setattr(request_threads, "PATIENCE", 30)
    threads.put(lambda: "after it")
    assert threads.wait_for(2) == ["quick", "after it"]
    assert len({name for name, _ in threads.done}) == 1  # it has the place now, and keeps it
    released.set()
    assert threads.wait_for(4)[2:] == [True, True]


def test_where_all_take_long_the_rest_wait_until_one_is_done(
    make: Make,
) -> None:
    threads = make(2)
    first, second = Event(), Event()
    threads.put(lambda: first.wait(30), lambda: second.wait(30), lambda: "quick")
    threads.wait_until_waiting(1)
    assert threads.done == []
    second.set()
    assert threads.wait_for(2) == [True, "quick"]
    first.set()
    assert threads.wait_for(3)[2:] == [True]


def test_a_place_is_not_made_anew_by_who_comes_back(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = make(4)
    for _ in range(20):
        before = len(threads.done)
        threads.put(lambda: time.sleep(0.02), lambda: "quick")
        threads.wait_for(before + 2)
    monkeypatch.setattr(request_threads, "PATIENCE", 30)
    at_work: set[str] = set()
    most: list[int] = []

    def together() -> None:
        at_work.add(current_thread().name)
        time.sleep(0.0001)  # in which another would begin
        most.append(len(at_work))
        at_work.remove(current_thread().name)

    before = len(threads.done)
    threads.put(*[together] * 100)
    threads.wait_for(before + 100)
    # Whose place was given on while it went for the next job does one more.
    assert sorted(most)[-5] == 1


def test_or_all_work_at_once(make: Make) -> None:
    threads = make(3, one_first=False)
    released = Event()
    threads.put(*[lambda: released.wait(30)] * 3, lambda: "quick")
    threads.wait_until_waiting(1)
    assert threads.done == []
    released.set()
    assert sorted(map(str, threads.wait_for(4))) == ["True", "True", "True", "quick"]
