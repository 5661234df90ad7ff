"""Readers end with who waits for them, however that ends, and leave nothing behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = [
    pytest.mark.outside,
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells of processes in /proc"),
]
SITE = """
import signal, sys, tempfile, threading
from retrieval.parsing import Limits, readers

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have it ignored
readers.FORKSERVER = "tests.retrieval.obedient_readers"

def read():
    with tempfile.TemporaryFile() as file, tempfile.TemporaryFile() as output:
        file.write(b"import subprocess, time; subprocess.Popen(['/bin/sleep', '60']);")
        file.write(b"time.sleep(60)")
        file.flush()
        readers.run_reader(file, output, "", "", Limits(seconds=47, ocr="eng"))

threading.Thread(target=read, daemon=True).start()
sys.stdin.readline()
"""
"""Its reader never ends, nor does what that has started."""


@pytest.fixture
def site(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-c", SITE]
    environ = {"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        command, cwd=settings.BASE_DIR, env=environ, stdin=subprocess.PIPE, text=True
    ) as process:
        yield process


def children(pid: int) -> list[int]:
    """Return what the threads of a process have started."""
    told = ""
    with suppress(FileNotFoundError, ProcessLookupError):  # it has ended
        for thread in Path(f"/proc/{pid}/task").iterdir():
            told += (thread / "children").read_text()
    return [int(child) for child in told.split()]


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def family(site: "subprocess.Popen[str]") -> list[int]:
    """Return the forkserver, its reader, and what that has started."""
    for _ in range(400):
        found, latest = [], [site.pid]
        while latest:
            latest = [child for parent in latest for child in children(parent)]
            found += latest
        if len(found) == 3:
            return found
        time.sleep(0.05)
    pytest.fail("The reader did not begin.")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, None])
def test_all_end_with_their_site(
    site: "subprocess.Popen[str]", number: signal.Signals | None, tmp_path: Path
) -> None:
    processes = family(site)
    assert all(map(is_alive, processes))
    if number:
        site.send_signal(number)
    else:
        site.communicate("\n")  # it comes to its end
    site.wait(10)
    until_ended(processes)
    assert list(tmp_path.iterdir()) == []


def until_ended(processes: list[int]) -> None:
    for _ in range(100):
        if not any(map(is_alive, processes)):
            return
        time.sleep(0.05)
    pytest.fail(f"Still there: {[*filter(is_alive, processes)]}")


def test_readers_end_with_what_forks_them(site: "subprocess.Popen[str]") -> None:
    forkserver, reader, _ = family(site)
    os.kill(forkserver, signal.SIGKILL)
    until_ended([forkserver, reader])
    os.killpg(reader, signal.SIGKILL)  # what it started, which is no real reader's way
    assert set(family(site)).isdisjoint({forkserver, reader})  # it is tried again, with others
    site.communicate("\n")
