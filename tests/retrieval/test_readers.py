"""Readers at work: many at once, stopped, failed, and begun again."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from api import dear_work
from retrieval.exceptions import UnavailableError
from retrieval.loads.models import Load
from retrieval.loads.turns import take_turn
from retrieval.models import Document
from retrieval.parsing import Limits, TooSlowError, UnreadableFileError, readers
from retrieval.parsing.sandbox import read_file
from tests.conftest import Mount
from tests.development_server import process_environ
from tests.retrieval.test_orphans import children, is_alive, until_ended
from tests.retrieval.test_uploads import upload

HERON = b"""print('{"text": "A heron."}')"""
"""What a reader that does what it reads says then."""

pytestmark = pytest.mark.outside
linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells of processes in /proc")


def text_of(content: bytes, seconds: float = 20, ocr: str = "") -> str:
    return read_file(BytesIO(content), limits=Limits(seconds=seconds, ocr=ocr)).text


def forkserver() -> int:
    assert readers.forkserver
    return readers.forkserver.process.pid


@pytest.fixture
def obedient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have readers that do what their file says, from a forkserver of this test's own."""
    readers.stop()
    monkeypatch.setattr(readers, "FORKSERVER", "tests.retrieval.obedient_readers")
    assert text_of(HERON) == "A heron."  # so that it has begun: no test's seconds go to that
    yield
    readers.stop()


def test_one_process_forks_all_readers() -> None:
    assert text_of(b"A heron.") == "A heron."
    first = forkserver()
    assert text_of(b"A ferry.") == "A ferry."
    assert forkserver() == first
    assert children(first) == []


def test_each_gets_its_own_of_many_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.conf.settings.DEAR_THREADS", 8)
    texts = [f"Heron {number}. " * 2000 for number in range(60)]
    with ThreadPoolExecutor(8) as threads:
        read = threads.map(lambda text: text_of(text.encode()), texts)
        assert list(read) == [text.strip() for text in texts]


def family(read: "Future[str]") -> list[int]:
    """Return the reader that is at it, once it has started another process, and that."""
    while True:
        assert not read.done()
        for reader in children(forkserver()):
            if started := children(reader):
                return [reader, *started]


def sockets(process: int) -> set[str]:
    """Return which a process has open, and no deleted file."""
    opened = set()
    for each in Path(f"/proc/{process}/fd").iterdir():
        if int(each.name) > sys.stderr.fileno():
            with suppress(FileNotFoundError):  # a module was loaded
                opened.add(os.readlink(each))
    assert not any("(deleted)" in each for each in opened)
    return {each for each in opened if each.startswith("socket:")}


@linux
def test_it_holds_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "hush")
    readers.stop()
    text_of(b"A heron.")
    assert b"hush" not in Path(f"/proc/{forkserver()}/environ").read_bytes()
    before = sockets(forkserver())
    text_of(b"A ferry.")
    assert sockets(forkserver()) == before


@linux
def test_one_that_is_out_of_time_is_stopped_with_what_it_started(obedient: None) -> None:
    endless = b"import os, time; os.fork(); time.sleep(60)"
    with ThreadPoolExecutor() as threads:
        stopped = threads.submit(text_of, endless, 1, ocr="eng")
        found = family(stopped)
        with pytest.raises(TooSlowError):
            stopped.result()
    until_ended(found)


def test_others_read_on_while_one_is_stopped(obedient: None) -> None:
    with ThreadPoolExecutor() as threads:
        slow = threads.submit(text_of, b"import time; time.sleep(60)", 2)
        until = time.monotonic() + 10
        while not slow.done():
            assert time.monotonic() < until
            assert text_of(HERON) == "A heron."
        with pytest.raises(TooSlowError):
            slow.result()


def test_one_that_crashes_harms_no_other(obedient: None) -> None:
    first = forkserver()
    with pytest.raises(UnreadableFileError, match="takes too much to read, or is broken"):
        text_of(b"import os; os.abort()")
    assert text_of(HERON) == "A heron."
    assert forkserver() == first


@linux
def test_one_runs_where_its_site_waits(obedient: None) -> None:
    """A load's worker keeps to one core for each turn, and its forkserver is older than that."""
    where = b"""import json, os; print(json.dumps({"text": str(os.sched_getaffinity(0))}))"""
    all_cores = os.sched_getaffinity(0)
    assert text_of(where) == str(all_cores)
    try:
        for core in all_cores:
            os.sched_setaffinity(0, {core})
            assert text_of(where) == str({core})
    finally:
        os.sched_setaffinity(0, all_cores)


@linux
def test_one_whose_site_waits_no_more_is_stopped(obedient: None) -> None:
    """An interrupted command, say: nothing goes on behind it."""
    reader = []
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may ignore it

    def interrupt() -> None:
        while not children(forkserver()):
            time.sleep(0.01)
        reader.extend(children(forkserver()))
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    interrupter = threading.Thread(target=interrupt)
    interrupter.start()
    with pytest.raises(KeyboardInterrupt):
        text_of(b"import time; time.sleep(60)")
    interrupter.join()
    signal.signal(signal.SIGINT, before)
    until_ended(reader)
    assert not dear_work.HOLDERS
    assert is_alive(forkserver())


def test_a_forkserver_that_was_ended_is_begun_again() -> None:
    text_of(b"A heron.")
    os.kill(forkserver(), signal.SIGKILL)
    assert text_of(b"A ferry.") == "A ferry."


@linux
def test_a_file_that_was_being_read_is_read_again(obedient: None) -> None:
    """By a new reader of a new forkserver: the first wrote half of it."""
    slow_first = (
        b"import os, sys, time; sys.stdout.write('{'); sys.stdout.flush()\n"
        b"if os.getppid() == %d: os.close(0); time.sleep(60)\n"
        b"""sys.stdout.write('"text": "A heron."}')"""
    )
    first = forkserver()
    with ThreadPoolExecutor() as threads:
        read = threads.submit(text_of, slow_first % first)
        while not (found := children(first)) or Path(f"/proc/{found[0]}/fd/0").exists():
            assert not read.done()
        os.kill(first, signal.SIGKILL)
        assert read.result() == "A heron."


@pytest.mark.parametrize("seconds", [0, -1, 1e-9])
def test_one_that_has_no_time_is_too_slow(seconds: float) -> None:
    with pytest.raises(TooSlowError):
        text_of(b"A heron.", seconds)


def test_one_may_have_all_the_time_in_the_world() -> None:
    assert text_of(b"A heron.", 1e11) == "A heron."


@linux
def test_one_that_left_children_leaves_none(obedient: None) -> None:
    for end in (b"", b"os.kill(os.getpid(), 9)", b"sys.exit(3)"):
        code = b"import os, subprocess, sys\nsubprocess.Popen(['/bin/sleep', '61.25'])\n" + end
        with pytest.raises(UnreadableFileError):
            text_of(code, ocr="eng")
        assert children(forkserver()) == []
    until_ended([int(each.name) for each in Path("/proc").glob("[0-9]*") if is_asleep(each)])


def is_asleep(process: Path) -> bool:
    try:
        return (process / "cmdline").read_bytes() == b"/bin/sleep\x0061.25\0"
    except OSError:  # it has ended
        return False


@linux
def test_no_room_for_a_process_harms_no_other(obedient: None) -> None:
    """The forkserver stays, and with it whoever reads already."""
    first = forkserver()
    with ThreadPoolExecutor() as threads:
        slow = b"""import time; time.sleep(2); print('{"text": "A ferry."}')"""
        other = threads.submit(text_of, slow)
        while not children(first):
            assert not other.done()
        os.kill(first, signal.SIGUSR1)
        with pytest.raises(UnavailableError, match="cannot read files now"):
            text_of(b"A heron.")
        os.kill(first, signal.SIGUSR1)
        assert other.result() == "A ferry."
    assert forkserver() == first
    assert text_of(HERON) == "A heron."


@linux
def test_a_forkserver_that_does_not_answer_is_replaced(
    obedient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "ENDS_WITHIN", 0.5)
    os.kill(forkserver(), signal.SIGSTOP)
    assert text_of(HERON, 3) == "A heron."


@linux
def test_one_that_fails_takes_its_readers_along(obedient: None) -> None:
    with ThreadPoolExecutor() as threads:
        slow = b"import os, time; os.fork(); time.sleep(60)"
        first = threads.submit(text_of, slow, 5, ocr="eng")
        found = family(first)
        os.kill(forkserver(), signal.SIGUSR2)
        assert text_of(HERON) == "A heron."  # by another
        until_ended(found)
        with pytest.raises(TooSlowError):
            first.result()


@pytest.mark.parametrize("missing", ["pyseccomp", "py_landlock", "pypdf"])
def test_a_library_that_is_not_there_is_missed_by_who_needs_it(
    missing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / f"{missing}.py").write_text("raise ImportError('not here')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    readers.stop()
    assert text_of(b"A heron.") == "A heron."
    first = forkserver()
    time.sleep(0.5)  # in which it loads the rest
    assert text_of(b"A ferry.") == "A ferry."
    assert forkserver() == first
    readers.stop()


@pytest.mark.parametrize("closed", ["0", "1", "2", "012"])
def test_a_site_without_standard_streams_reads(closed: str, tmp_path: Path) -> None:
    code = (
        "import io, pathlib, sys; from retrieval.parsing import Limits\n"
        "from retrieval.parsing.sandbox import read_file\n"
        "text = read_file(io.BytesIO(b'A heron.'), limits=Limits()).text\n"
        "pathlib.Path(sys.argv[1]).write_text(text)"
    )
    command = f'exec "$0" "$@" {" ".join(f"{each}>&-" for each in closed)}'
    environ = {**process_environ(measured=False), "DJANGO_SETTINGS_MODULE": "config.settings"}
    arguments = [sys.executable, "-c", code, str(tmp_path / "text")]
    subprocess.run(
        ["/bin/sh", "-c", command, *arguments], cwd=readers.PROJECT, env=environ, check=True
    )
    assert (tmp_path / "text").read_text() == "A heron."


def test_a_fork_of_the_site_begins_its_own() -> None:
    text_of(b"A heron.")
    ours, theirs = os.pipe()
    child = os.fork()
    if not child:
        with os.fdopen(theirs, "w") as told:
            told.write(text_of(b"A ferry.") + str(forkserver()))
        readers.stop()
        os._exit(0)
    os.close(theirs)
    with os.fdopen(ours) as told:
        said = told.read()
    os.waitpid(child, 0)
    assert said.startswith("A ferry.")
    assert said != f"A ferry.{forkserver()}"
    assert is_alive(forkserver())
    assert text_of(b"A heron.") == "A heron."


# --- No process can be begun ---------------------------------------------------------------


@pytest.fixture
def no_forkserver(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    readers.stop()
    monkeypatch.setattr(readers, "FORKSERVER", "retrieval.parsing.no_such_module")
    yield
    readers.stop()


def test_it_says_so_and_to_the_log_why(
    no_forkserver: None, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(UnavailableError, match="cannot read files now"):
        text_of(b"A heron.")
    assert "retrieval.parsing.no_such_module" in caplog.text


def test_so_it_does_where_there_is_no_room_for_a_process(
    no_forkserver: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sys, "executable", "/no/such/program")
    with pytest.raises(UnavailableError, match="cannot read files now"):
        text_of(b"A heron.")
    assert "FileNotFoundError" in caplog.text


@pytest.mark.django_db
def test_an_upload_is_told_to_come_again(no_forkserver: None, open_plugin: Mount) -> None:
    answer = upload(open_plugin, b"A heron.")
    assert answer.status_code == 503
    assert "cannot read files now" in answer.json()["detail"]
    assert not Document.objects.exists()


@pytest.mark.django_db
def test_so_is_a_person(no_forkserver: None, client: Client) -> None:
    file = SimpleUploadedFile("a.txt", b"A heron.")
    page = client.post("/retrieval-none/library", {"file": file})
    assert "cannot read files now" in page.content.decode()


@pytest.mark.django_db
def test_a_load_waits(no_forkserver: None, open_plugin: Mount) -> None:
    assert upload(open_plugin, b"A heron.", query="?wait=false").status_code == 202
    take_turn()
    load = Load.objects.get()
    assert load.is_open
    assert "cannot read files now" in load.problem
