"""What is saved behind: many small files in an archive, and a long PDF.

With one worker, with two, and with two of which one is killed twice; meanwhile somebody reads and
writes todos. Fails where a document is lost, doubled or in part. `--short` takes some minutes.
`--redis` has two sites on one database, here and there, and workers that find their turns in Redis.
"""

import io
import json
import multiprocessing
import os
import re
import signal
import subprocess
import tempfile
import threading
import time
import zipfile
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.dear import JSON, Answer, ask
from benchmarks.measuring import table_row
from benchmarks.sampling import progress
from benchmarks.servers import (
    PROJECT,
    PYTHON,
    Server,
    free_port,
    own_postgres,
    production_settings,
    run_python,
    running,
    stop,
)
from tests.redis_server import RedisServer
from tests.retrieval.documents import pdf

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

RUNS = {"1": (1, 0), "2": (2, 0), "2, one killed twice": (2, 2)}
"""How many workers, and how often one of them is killed."""
PAUSE = 0.02  # seconds between two requests for todos
ALONE = 60  # seconds for which todos are asked for while nothing is loaded
LOOK = 2  # seconds between two looks at how far it is, as those of the page for people
GIVE_UP = 4 * 3600  # seconds
SitesOf = Callable[[Mapping[str, str], int], AbstractContextManager["Sites"]]
SENTENCE = "Heron {} of lake {} waits at dawn, then fishes where the old ferry leaves the pier. "
COUNT = """
from django.db.models import Count
from retrieval.models import Chunk, Collection, Document
from retrieval.loads.models import Load, Piece
twice = Document.objects.values("source_id").annotate(n=Count("pk")).filter(n__gt=1)
print(Document.objects.count(), twice.count(), Document.objects.filter(chunks=None).count(),
      Chunk.objects.count() - sum(Collection.objects.values_list("chunk_count", flat=True)),
      Load.objects.filter(stage="failed").count(),
      Piece.objects.count() + Collection.objects.filter(store="").count())
"""
COUNTED = ("documents", "twice", "empty", "miscounted passages", "failed", "leftovers")


def page(number: int) -> str:
    return "".join(SENTENCE.format(n, number) for n in range(15))


def archive(files: int) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for number in range(files):
            packed.writestr(f"{number}.txt", page(number))
    return made.getvalue()


def upload(port: int, name: str, content: bytes) -> str:
    """Send a file, and return where it says how far it is."""
    head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    body = head.encode() + content + b"\r\n--x--\r\n"
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = ask(port, "POST", "/retrieval-none/upsert-file?wait=false", body, kind)
    if answer.status != 202:
        raise SystemExit(f"{name} was not received: {answer.content.decode()}")
    return f"/retrieval-none/loads/{json.loads(answer.content)['loads'][0]['id']}"


@dataclass
class Waits:
    """How long somebody waited who asked for todos: when it began, and seconds."""

    reads: list[tuple[float, float]] = field(default_factory=list)
    writes: list[tuple[float, float]] = field(default_factory=list)
    failed: int = 0

    def ms(self, kind: str, part: float) -> float:
        """Return a percentile, in milliseconds."""
        waits: list[float] = sorted(wait for _, wait in getattr(self, kind))
        return waits[min(int(len(waits) * part), len(waits) - 1)] * 1000


@contextmanager
def todos(port: int) -> Iterator[Waits]:
    """Read a list and write to a new one, in turn, all the while.

    In a process of its own, which nothing holds up that looks on here.
    """
    waits, processes = Waits(), multiprocessing.get_context("spawn")
    here, there = processes.Pipe()
    process = processes.Process(target=ask_for_todos, args=(port, there), daemon=True)
    process.start()
    try:
        yield waits
    finally:
        here.send("enough")
        waits.reads, waits.writes, waits.failed = here.recv()
        process.join()


def ask_for_todos(port: int, told: "Connection[Any, Any]") -> None:
    be_elsewhere()
    waits = Waits()

    def timed(kept: list[tuple[float, float]], call: Callable[[], Answer]) -> None:
        began = time.monotonic()
        try:
            waits.failed += call().status != 200
        except OSError:
            waits.failed += 1
        kept.append((began, time.monotonic() - began))

    number = 0
    while not told.poll(PAUSE):
        number += 1
        path = f"/todo/todos/writer-{number}"
        timed(waits.reads, lambda: ask(port, "GET", "/todo/todos/reader"))
        time.sleep(PAUSE)
        timed(waits.writes, lambda: ask(port, "POST", path, b'{"todo": "milk"}', JSON))  # noqa: B023
    told.send((waits.reads, waits.writes, waits.failed))


def be_elsewhere() -> None:
    """Let nothing on this machine go first: who asks a site is at another one.

    Linux shares its cores between sessions first, whatever is nice within one (sched(7)).
    """
    os.setsid()
    with suppress(OSError):  # which only root may
        Path("/proc/self/autogroup").write_text("-20")
        os.nice(-20)


@dataclass
class Sites:
    """One site with its workers beside it; or two, and workers that belong to neither."""

    ports: list[int]
    sessions: set[int]
    """Of all their processes."""

    def workers(self) -> dict[int, int]:
        """Return the memory of each worker, in MiB, by its process number."""
        found = {}
        for path in Path("/proc").glob("[0-9]*"):
            with suppress(OSError, IndexError):  # it ended meanwhile
                fields = (path / "stat").read_text().rpartition(")")[2].split()
                command = (path / "cmdline").read_bytes()
                begun_by = {int(fields[1]), int(fields[3])}  # its parent, or its session
                if begun_by & self.sessions and re.search(rb"\0(db_|rq)worker\0", command):
                    found[int(path.name)] = int(fields[21]) * os.sysconf("SC_PAGE_SIZE") // 1024**2
        return found


@contextmanager
def one_site(settings: Mapping[str, str], count: int) -> Iterator[Sites]:
    with one_server({**settings, "LOAD_WORKERS": str(count)}) as server:
        yield Sites([server.port], {*server.sessions})


@contextmanager
def two_sites(settings: Mapping[str, str], count: int) -> Iterator[Sites]:
    redis = RedisServer()
    redis.start()
    address = f"redis://127.0.0.1:{redis.port}"
    settings = {**settings, "LOADS_QUEUE": "rq", "LOADS_QUEUE_URL": f"{address}/1"}
    settings["CACHE_URL"] = f"{address}/0"
    try:
        with one_server(settings) as first, one_server(settings) as second, ExitStack() as stack:
            sites = Sites([first.port, second.port], {*first.sessions, *second.sessions})
            for _ in range(count):
                stack.enter_context(worker_kept_running(settings, sites))
            yield sites
    finally:
        redis.stop()


@contextmanager
def one_server(settings: Mapping[str, str]) -> Iterator[Server]:
    port = free_port()
    settings = {**settings, "HOST": "127.0.0.1", "PORT": str(port)}
    with running("the site", (PYTHON, "-m", "config.server"), settings, port) as server:
        yield server


@contextmanager
def worker_kept_running(settings: Mapping[str, str], sites: Sites) -> Iterator[None]:
    """Run a worker of the queue in Redis, and another when it ends, as who looks after it would."""
    done = threading.Event()
    command = (PYTHON, "manage.py", "rqworker", "--with-scheduler", "--verbosity=0")

    def go_on() -> None:
        while not done.is_set():
            process = subprocess.Popen(
                command,
                cwd=PROJECT,
                env={**os.environ, **settings},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            sites.sessions.add(process.pid)
            while process.poll() is None and not done.wait(LOOK):
                pass
            stop(process)

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


@dataclass
class Run:
    seconds: float = 0
    alone: Waits = field(default_factory=Waits)
    beside: Waits = field(default_factory=Waits)
    memory: int = 0
    storing: float = 0
    """The longest wait of who wrote a todo while the PDF was stored, in milliseconds."""
    counts: dict[str, int] = field(default_factory=dict)


def measure(
    sites_of: SitesOf, settings: Mapping[str, str], count: int, files: int, pages: int, kills: int
) -> Run:
    run = Run()
    run_python(settings, "manage.py", "migrate", "--verbosity=0")
    with sites_of(settings, count) as sites:
        first, last = sites.ports[0], sites.ports[-1]
        for _ in range(2):  # the first requests of a process load what the next ones have
            with todos(first) as run.alone:
                time.sleep(ALONE)
        began = time.monotonic()
        large = upload(first, "long.pdf", pdf(*map(page, range(pages))))
        many = upload(last, "files.zip", archive(files))
        with todos(first) as run.beside:
            watch(run, sites, (large, many), files, kills)
        run.seconds = time.monotonic() - began
    counted = run_python(settings, "manage.py", "shell", "--no-imports", "-c", COUNT)
    run.counts = dict(zip(COUNTED, map(int, counted.splitlines()[-1].split()), strict=True))
    return run


def watch(run: Run, sites: Sites, loads: tuple[str, str], files: int, kills: int) -> None:
    """Look on until all is in; kill a worker at so many points between."""
    at = [files * (n + 1) // (kills + 1) for n in range(kills)]
    began = said = time.monotonic()
    storing, stored = 0.0, False
    # Each is asked after at the site that did not take it, where there are two.
    places = (sites.ports[-1], loads[0]), (sites.ports[0], loads[1])
    while True:
        large, many = (json.loads(ask(port, "GET", each).content) for port, each in places)
        now = time.monotonic()
        told: dict[str, Any] = many["files"]
        workers = sites.workers()
        run.memory = max(run.memory, *workers.values(), 0)
        if large.get("passages") and large["embedded"] == large["passages"] and not storing:
            storing = now - 2 * LOOK
        if large["stage"] == "stored" and not stored:
            stored = True
            span = [wait for at_, wait in run.beside.writes if storing <= at_ <= now]
            run.storing = max(span, default=0) * 1000
        if at and told["stored"] >= at[0] and workers:
            progress(f"  killed at {told['stored']} files, {now - began:.0f} s")
            os.kill(next(iter(workers)), signal.SIGKILL)
            at.pop(0)
        if now - said > 15:
            said = now
            so_far = f"{large.get('embedded', 0)} of {large.get('passages', 0)} passages"
            progress(f"  {now - began:4.0f} s: {told['stored']} files; {large['stage']} {so_far}")
        unpacked = many["stage"] == "unpacked" and not told["waiting"]
        if unpacked and large["stage"] in ("stored", "failed"):
            return
        if now - began > GIVE_UP:
            raise SystemExit(f"It did not end: {large}, {many}")
        time.sleep(LOOK)


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, help="in the archive; 2,000, or 80 with --short")
    parser.add_argument("--pages", type=int, help="of the PDF; 1,500, or 150 with --short")
    parser.add_argument("--short", action="store_true", help="less of it, in some minutes")
    parser.add_argument("--only", choices=RUNS, help="one run of the three")
    parser.add_argument("--postgres", metavar="URL", help="a server to make databases on")
    parser.add_argument("--redis", action="store_true", help="two sites, a queue in Redis")
    chosen = parser.parse_args()
    sites_of: SitesOf = two_sites if chosen.redis else one_site
    files = chosen.files or (80 if chosen.short else 2_000)
    pages = chosen.pages or (150 if chosen.short else 1_500)
    runs: dict[str, Run] = {}
    for name in [chosen.only] if chosen.only else RUNS:
        count, kills = RUNS[name]
        progress(f"{name} worker(s): {files:,} files and {pages:,} pages …")
        with database(chosen.postgres) as url:
            settings = production_settings(url)
            runs[name] = measure(sites_of, settings, count, files, pages, kills)
    report(runs, files)


@contextmanager
def database(postgres: str | None) -> Iterator[str]:
    if postgres:
        with own_postgres(postgres) as url:
            yield url
    else:
        with tempfile.TemporaryDirectory(prefix="bench-") as directory:
            yield f"sqlite:///{directory}/bench.sqlite3"


def report(runs: Mapping[str, Run], files: int) -> None:
    one = next(iter(runs.values())).seconds
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    print(f"{os.cpu_count()} cores, which others use too: load {load}.\n")
    head = ("workers", "s", "× one", "MiB of a worker", "todo GET p50/p99 ms, alone → beside")
    print(table_row(*head, "todo POST p50/p99 ms, alone → beside", "longest POST, at the PDF"))
    print(table_row("---", *["--:"] * 6))
    for name, run in runs.items():
        cells = [name, f"{run.seconds:.0f}", f"{one / run.seconds:.2f}", run.memory]
        for kind in ("reads", "writes"):
            pairs = (
                f"{waits.ms(kind, 0.5):.1f}/{waits.ms(kind, 0.99):.1f}"
                for waits in (run.alone, run.beside)
            )
            ratio = run.beside.ms(kind, 0.99) / run.alone.ms(kind, 0.99)
            cells.append(f"{' → '.join(pairs)} (p99 × {ratio:.1f})")
        cells.append(f"{run.beside.ms('writes', 1):.0f}, {run.storing:.0f} ms")
        print(table_row(*cells))
    whole = {"documents": files + 1, **dict.fromkeys(COUNTED[1:], 0)}
    for name, run in runs.items():
        print(f"\n{name}: " + ", ".join(f"{n:,} {what}" for what, n in run.counts.items()), end="")
    print()
    if any(run.counts != whole for run in runs.values()):
        raise SystemExit("Something was lost, doubled or left in part.")
    if any(run.alone.failed or run.beside.failed for run in runs.values()):
        raise SystemExit("Not every request for todos was answered.")


if __name__ == "__main__":
    main()
