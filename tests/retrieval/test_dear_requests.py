"""A real server, asked for more dear work than it does: the others are answered as ever."""

import threading
from collections import Counter
from contextlib import suppress
from http.client import HTTPException

import pytest

from benchmarks import dear
from tests.clients.live_site import LiveSite

SECONDS = 4
CASES = {
    "a long text": dear.upsert(dear.SENTENCE * 700),
    "a text that is refused": dear.CASES["upsert: 2 MB with one emoji, refused"],
    "a file": dear.upload(dear.shared_pages(1, 200_000)),
    "long questions": dear.CASES["query: 10 of 2,000 characters"],
    "passwords": dear.sign_in,
}
"""Such as `make bench-dear` measures, but shorter: what has begun is waited for."""


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", CASES)
def test_others_are_answered_while_dear_work_is_asked_for(
    production_site: LiveSite, name: str
) -> None:
    port = int(production_site.url.rpartition(":")[2])
    found = dear.watch(port, CASES[name], lambda: 0, SECONDS)
    assert found.waits and not found.unanswered
    assert found.statuses[503] and not set(found.statuses) - {200, 413, 422, 503}


@pytest.mark.timeout(900)
def test_who_is_told_to_come_again_is_told_when(production_site: LiveSite) -> None:
    """By the API in JSON, by a page as one."""
    port = int(production_site.url.rpartition(":")[2])
    told: list[dear.Answer] = []

    def ask(send: dear.Send) -> None:
        with suppress(OSError, HTTPException):
            told.append(send(port))

    sends = [*[CASES["a file"]] * 6, *[CASES["passwords"]] * 6]
    threads = [threading.Thread(target=ask, args=(send,)) for send in sends]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    busy = [answer for answer in told if answer.status == 503]
    kinds = Counter(answer.headers["content-type"].partition(";")[0] for answer in busy)
    assert all(int(answer.headers["retry-after"]) > 0 for answer in busy)
    assert kinds["application/json"] >= 4
    assert kinds["text/html"]
