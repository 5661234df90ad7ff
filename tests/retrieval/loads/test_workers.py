"""Workers in processes of their own, killed at any point: nothing is lost, doubled or in part."""

import os
import signal

import pytest
from django.db.models import F

from api.processes import NICE
from retrieval.chunking import passages
from retrieval.loads.models import Load, Stage
from retrieval.models import Chunk, Collection, Document
from tests.conftest import Mount
from tests.retrieval.documents import pdf
from tests.retrieval.loads.processes import (
    DEVELOPMENT,
    PRODUCTION,
    is_alive,
    kill,
    send,
    server,
    time_passes,
    until,
    until_it_answers,
    until_stored,
    worker,
    workers_beside,
)
from tests.retrieval.loads.working import LONG, nothing_is_kept, status, zipped
from tests.retrieval.test_uploads import upload

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.outside,
    pytest.mark.database,
    pytest.mark.timeout(900),
]

OLD = "An old heron stands in the lake."
PAGES = [f"Heron number {n} stands in lake {n}, and waits for fish." for n in range(400)]


def is_whole(key: str) -> str:
    """Return the text of a document, whose passages have to be those of that text."""
    document = Document.objects.get(key=key)
    chunks = document.chunks.order_by("position").values_list("text", flat=True)
    assert list(chunks) == [passage.text for passage in passages(document.text)]
    return document.text


def counted() -> None:
    """What is counted of the documents is what is there, and nothing is kept of their loads."""
    collection = Collection.objects.get()
    assert collection.chunk_count == Chunk.objects.count()
    assert nothing_is_kept()


def test_a_worker_killed_at_each_stage_loses_and_doubles_nothing(open_plugin: Mount) -> None:
    open_plugin.post("/upsert", {"documents": [{"id": "heron", "text": OLD}]})
    big = upload(open_plugin, pdf(*PAGES), "big.pdf", query="?wait=false", id="heron")
    load = Load.objects.filter(name="big.pdf")
    moments = {
        "reading": load.filter(stage=Stage.PARSING, lease__isnull=False),
        "embedding": load.filter(embedded__gt=0),
        "storing": load.filter(passages__gt=0, embedded=F("passages")),
    }
    for moment, reached in moments.items():
        with worker() as process:
            until(reached.exists, moment)
            kill(process)
        assert is_whole("heron") == OLD or moment == "storing"
        time_passes()
    with worker():
        until(load.filter(stage=Stage.STORED).exists, "storing at last")
        until(nothing_is_kept, "forgetting what the load held")
    text = is_whole("heron")
    assert all(text.count(page) == 1 for page in PAGES)
    assert status(open_plugin, big)["passages"] == Chunk.objects.count()
    assert Document.objects.count() == 1
    counted()


def test_a_worker_killed_twice_in_an_archive_makes_a_document_of_each_file(
    open_plugin: Mount,
) -> None:
    files = {f"{n}.txt": PAGES[n].encode() for n in range(12)}
    answer = upload(open_plugin, zipped(files), "files.zip")
    for many in (2, 6):
        with worker() as process:
            until(Document.objects.all()[many - 1 : many].exists, f"{many} documents")
            kill(process)
        time_passes()
    with worker():
        stored = Load.objects.exclude(archive=None).filter(stage=Stage.STORED)
        until(lambda: stored.count() == 12, "all documents")
        until(nothing_is_kept, "forgetting what the loads held")
    assert status(open_plugin, answer)["files"]["stored"] == 12
    texts = sorted(Document.objects.values_list("text", flat=True))
    assert texts == sorted(PAGES[:12])
    counted()


def test_two_workers_share_the_files_of_an_archive_and_the_one_left_takes_up_the_other_s(
    open_plugin: Mount,
) -> None:
    """Nobody looks, and nothing is started again: the lease runs out by itself."""
    files = {f"{n}.txt": LONG.encode() for n in range(8)}
    upload(open_plugin, zipped(files), "files.zip")
    with worker() as first, worker():
        held = Load.objects.exclude(archive=None).exclude(lease=None)
        until(lambda: held.count() == 2, "two files at once")
        kill(first)
        done = Load.objects.exclude(archive=None).filter(stage=Stage.STORED)
        until(lambda: done.count() == 8, "the other's file")
    assert Document.objects.count() == 8


def test_a_worker_that_is_asked_to_end_gives_back_what_it_was_at(open_plugin: Mount) -> None:
    text = "\n\n".join(PAGES * 10)
    upload(open_plugin, text.encode(), "long.txt", query="?wait=false")
    load = Load.objects.get()
    with worker() as process:
        until(lambda: Load.objects.filter(embedded__gt=0).exists(), "embedding")
        process.send_signal(signal.SIGTERM)
        assert process.wait(120) == 0
    load.refresh_from_db()
    assert load.stage == Stage.EMBEDDING
    assert load.lease is None
    assert load.leased_until is None
    with worker():
        before = load.embedded
        until(lambda: Load.objects.filter(embedded__gt=before).exists(), "going on at once")


# --- Beside a server ---------------------------------------------------------------------

SERVERS = pytest.mark.parametrize("command", [DEVELOPMENT, PRODUCTION], ids=["run", "serve"])


@SERVERS
def test_a_worker_beside_a_server_is_started_again_and_ends_with_it(command: list[str]) -> None:
    with server(command) as (process, port):
        until_it_answers(port)
        until(lambda: workers_beside(process), "its worker's start", every=0.1)
        [first] = workers_beside(process)
        until(lambda: os.getpriority(os.PRIO_PROCESS, first) == NICE, "letting requests go first")
        os.kill(first, signal.SIGKILL)
        until(lambda: workers_beside(process) - {first}, "its worker's second start", every=0.1)
        until_stored(port, send(port, "A heron."))
        [second] = workers_beside(process)
        process.send_signal(signal.SIGTERM)
        process.wait(120)
        until(lambda: not is_alive(second), "its worker's end")


@SERVERS
def test_a_worker_beside_a_server_that_is_killed_ends_too(command: list[str]) -> None:
    with server(command) as (process, _):
        until(lambda: workers_beside(process), "its worker's start", every=0.1)
        [number] = workers_beside(process)  # at its start: it may not have seen its server yet
        kill(process)
        until(lambda: not is_alive(number), "its worker's end")


def test_a_server_may_have_more_workers_or_none(db: None) -> None:
    with server(DEVELOPMENT, LOAD_WORKERS="2") as (process, _):
        until(lambda: len(workers_beside(process)) == 2, "the start of two", every=0.1)
    with server(DEVELOPMENT, LOAD_WORKERS="0") as (process, port):
        until_it_answers(port)
        assert not workers_beside(process)
