"""Processes killed while they write, and processes that see what another wrote."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from django.db import connection

from retrieval import lexical
from retrieval.chunking import passages
from retrieval.datastore import Datastore, NewDocument
from retrieval.filters import EVERYTHING
from retrieval.models import Chunk, Collection, Document
from retrieval.terms import terms
from tests.development_server import MANAGE, process_environ
from tests.retrieval.writer import DOCUMENTS, text

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.outside,
    pytest.mark.database,
]
KILLS = 8


def environ() -> dict[str, str]:
    """Return what lets another process write to the tests' own database."""
    at = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{at['NAME']}"
    else:
        who = f"{at['USER']}:{at['PASSWORD']}@" if at["PASSWORD"] else f"{at['USER']}@"
        url = f"postgres://{who}{at['HOST']}:{at['PORT'] or 5432}/{at['NAME']}"
    return {**process_environ(measured=False), "DATABASE_URL": url}


@pytest.fixture
def writers() -> Iterator["Writers"]:
    command = [sys.executable, "-m", "tests.retrieval.writer"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environ(), stdin=pipe, stdout=pipe, text=True) as process:
        yield Writers(process)


@dataclass(frozen=True)
class Writers:
    """A process that makes processes which write (writer.py)."""

    process: "subprocess.Popen[str]"

    def say(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def start(self, version: int) -> tuple[int, int]:
        """Return a process that writes what comes after a version, and which one is in first."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{version}\n")
        self.process.stdin.flush()
        return int(self.say()), int(self.say())

    def kill(self, number: int) -> None:
        os.kill(number, signal.SIGKILL)
        while (said := self.say()) != "ended":
            assert said, "It ended by itself."


def version_of(key: str) -> int:
    """Return the version of a document, after looking at whether it is one, and whole."""
    document = Document.objects.get(key=key)
    [version] = {int(number) for number in re.findall(r"v(\d+)x", document.text)}
    assert document.text == text(int(key[1:]), version)
    chunks = list(document.chunks.order_by("position"))
    assert [chunk.text for chunk in chunks] == [cut.text for cut in passages(document.text)]
    assert {len(chunk.vector) for chunk in chunks} == {384}
    assert all(np.isclose(np.linalg.norm(chunk.vector), 1, atol=1e-3) for chunk in chunks)
    return version


def test_a_killed_upsert_leaves_every_document_whole(writers: Writers) -> None:
    version = 0
    for number in range(KILLS):
        process, version = writers.start(version)  # it is writing: the first is in
        time.sleep(0.037 * number)
        writers.kill(process)
        versions = {version_of(f"d{n}") for n in range(DOCUMENTS)}
        assert len(versions) == 1  # one upsert, one version
        version = versions.pop()
        collection = Collection.objects.get()
        chunks = Chunk.objects.all()
        assert collection.chunk_count == len(chunks)
        assert collection.term_count == sum(len(chunk.terms.split()) for chunk in chunks)
        found = lexical.frequencies(collection, terms(f"v{version}x v{version - 1}x heron"))
        assert found == {f"v{version}x": len(chunks), "heron": len(chunks)}


def test_a_killed_load_goes_on_where_it_stopped(tmp_path: Path) -> None:
    count = 200
    path = tmp_path / "rows.jsonl"
    path.write_text(
        "".join(
            json.dumps({"id": f"r{n}", "text": f"Row {n}: the heron stands in the pond."}) + "\n"
            for n in range(count)
        )
    )
    command = [*MANAGE, "load_documents", str(path), "--store", "retrieval-none", "--batch", "10"]
    seen = 0
    for _ in range(2):
        process = subprocess.Popen(command, env=environ(), stdout=subprocess.PIPE)
        goal = seen + 20
        while (seen := Document.objects.count()) < goal and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert Document.objects.count() == Chunk.objects.count()
    seen = Document.objects.count()
    assert 0 < seen < count
    done = subprocess.run(command, env=environ(), capture_output=True, text=True, check=True)
    assert f"Loaded {count - seen:,} documents" in done.stdout
    assert f"{seen:,} were there already" in done.stdout
    assert Document.objects.count() == Chunk.objects.count() == count
    assert Collection.objects.get().chunk_count == count


@pytest.fixture
def reader() -> Datastore:
    """This process, which has the documents in memory."""
    store = Datastore("retrieval-none")
    store.upsert([NewDocument(id="old", text="The kettle is broken.")])
    store.query([("kettle", EVERYTHING, 1)])
    return store


def test_another_process_sees_a_write_within_a_second(reader: Datastore, writers: Writers) -> None:
    process, _ = writers.start(0)
    wrote = time.monotonic()
    writers.kill(process)
    [hits] = reader.query([("Where does the heron stand?", EVERYTHING, 3)])
    assert time.monotonic() - wrote < 1
    assert hits and all("heron" in hit.chunk.text for hit in hits)
