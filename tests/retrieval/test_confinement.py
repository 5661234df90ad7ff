"""What code in the reader's process can do, once a hostile file has taken it over: nothing."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryFile

import pytest

from retrieval.parsing import Limits, readers
from retrieval.parsing.confinement import MEASURED, can_close_files, can_refuse_calls
from tests.retrieval.obedient_readers import REFUSED
from tests.retrieval.test_orphans import children

pytestmark = pytest.mark.outside

BEGIN = """
import os, sys
site, forkserver, secret, folder = {site}, os.getppid(), {secret!r}, {folder!r}

clone, tgkill = {{"x86_64": (56, 234), "aarch64": (220, 131)}}[os.uname().machine]

def system_call(*numbers):
    import ctypes
    if ctypes.CDLL(None, use_errno=True).syscall(*numbers) < 0:
        raise OSError(ctypes.get_errno(), "refused")

{attack}
"""
FILES = {
    "a secret": "open(secret).read()",
    "a database": "import sqlite3; print(open(secret, 'r+b'))",
    "the settings' folder": "os.listdir(folder)",
    "another folder": "os.listdir('/etc')",
    "the site's environment": "open(f'/proc/{site}/environ').read()",
    "the site's memory": "open(f'/proc/{site}/mem', 'rb')",
    "the forkserver's memory": "open(f'/proc/{forkserver}/mem', 'rb')",
    "the files that others have open": "os.listdir(f'/proc/{forkserver}/fd')",
    "a new file": "open(folder + '/new', 'w')",
    "a new file among the temporary ones": "open('/tmp/example-plugins-new', 'w')",
    "a program": "os.execv('/bin/sh', ['sh', '-c', 'exit 0'])",
    "its own code": "open(sys.modules['retrieval.parsing'].__file__, 'r+b')",
    "a signal to the site": "os.kill(site, 0)",
    "a signal to the forkserver": "os.kill(forkserver, 0)",
}
CALLS = {
    "the network": "import socket; socket.create_connection(('127.0.0.1', 1))",
    "a name server": "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
    "a local service": "import socket; socket.socket(socket.AF_UNIX)",
    "another network": "import socket; socket.socket(socket.AF_INET6)",
    "who may read a file": "os.chmod(secret, 0o666)",
    "whose a file is": "os.chown(secret, os.getuid(), os.getgid())",
    "when a file was changed": "os.utime(secret, (1, 1))",
    "what else is known of a file": "os.setxattr(secret, 'user.note', b'x')",
    "the limits of the site": (
        "import resource; resource.prlimit(site, resource.RLIMIT_NOFILE, (9, 9))"
    ),
    "the priority of the site": "os.setpriority(os.PRIO_PROCESS, site, 19)",
    "the processors of the site": "os.sched_setaffinity(site, os.sched_getaffinity(site))",
    "a group of its own, which nobody ends": "os.setsid()",
    "another root": "os.chroot('/')",
    "a child of the forkserver": "system_call(clone, 0x8000 | 17, 0, 0, 0, 0)",
}
PROCESSES = {
    "a fork": "os.fork()",
    "a process": "os.posix_spawn('/bin/true', ['true'], {})",
    "a shell": "import subprocess; subprocess.Popen(['/bin/true'])",
    "a signal": "os.kill(forkserver, 0)",
    "a signal to a thread of it": "system_call(tgkill, forkserver, forkserver, 0)",
}
"""What only text recognition needs; signals are refused there by Landlock, where that is new."""
THREADS = """
import threading
thread = threading.Thread(target=print, args=("done",), kwargs={"end": ""})
thread.start()
thread.join()
"""


@pytest.fixture(autouse=True)
def taken_over(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    readers.stop()
    for name in [*os.environ]:
        if name.startswith(MEASURED):  # whose figures are written where nothing else may be
            monkeypatch.delenv(name)
    monkeypatch.setattr(readers, "FORKSERVER", "tests.retrieval.obedient_readers")
    yield
    readers.stop()


def attacked(attack: str, folder: Path, *, ocr: str = "", seconds: float = 20) -> tuple[int, str]:
    """Return how a reader ended that tried something, and what it wrote."""
    (folder / "secret").write_text("SECRET_KEY=x")
    names = {"secret": str(folder / "secret"), "folder": str(folder)}
    code = BEGIN.format(attack=attack, site=os.getpid(), **names).encode()
    with TemporaryFile() as file, TemporaryFile() as output:
        file.write(code)
        file.flush()
        ended = readers.run_reader(file, output, "", "", Limits(ocr=ocr, seconds=seconds))
        output.seek(0)
        return ended, output.read().decode()


@pytest.mark.skipif(not can_close_files(), reason="this kernel has no Landlock")
@pytest.mark.parametrize("attack", FILES)
def test_no_file_and_no_process_is_reached(attack: str, tmp_path: Path) -> None:
    assert attacked(FILES[attack], tmp_path) == (REFUSED, "")


@pytest.mark.skipif(not can_close_files(), reason="this kernel has no Landlock")
@pytest.mark.parametrize("attack", [each for each in FILES if each != "a program"])
def test_nor_where_text_recognition_may_be_started(attack: str, tmp_path: Path) -> None:
    assert attacked(FILES[attack], tmp_path, ocr="eng") == (REFUSED, "")
    assert attacked(FILES["a program"], tmp_path, ocr="eng") == (0, "")


@pytest.mark.skipif(not can_refuse_calls(), reason="libseccomp is not installed")
@pytest.mark.parametrize("attack", CALLS)
def test_nothing_is_reached_by_calls(attack: str, tmp_path: Path) -> None:
    assert attacked(CALLS[attack], tmp_path) == (REFUSED, "")


@pytest.mark.skipif(not can_refuse_calls(), reason="libseccomp is not installed")
@pytest.mark.parametrize("attack", PROCESSES)
def test_it_has_no_other_process(attack: str, tmp_path: Path) -> None:
    assert attacked(PROCESSES[attack], tmp_path) == (REFUSED, "")


@pytest.mark.skipif(not can_refuse_calls(), reason="libseccomp is not installed")
def test_text_recognition_has_and_ends_them(tmp_path: Path) -> None:
    code = "import subprocess; subprocess.Popen(['/bin/sleep', '60']).kill()"
    assert attacked(code, tmp_path, ocr="eng") == (0, "")
    assert attacked(CALLS["a child of the forkserver"], tmp_path, ocr="eng") == (REFUSED, "")


@pytest.mark.parametrize("ocr", ["", "eng"])
def test_threads_are_no_processes(tmp_path: Path, ocr: str) -> None:
    assert attacked(THREADS, tmp_path, ocr=ocr) == (0, "done")


def test_it_can_abort(tmp_path: Path) -> None:
    """By a signal to itself."""
    assert attacked("os.abort()", tmp_path) == (-signal.SIGABRT, "")


def test_what_it_needs_is_there(tmp_path: Path) -> None:
    modules = "lxml.etree, pypdf, striprtf, selectolax.lexbor, chardet, PIL.Image"
    wanted = f"import {modules}; open('/dev/null').close()"
    assert attacked(wanted, tmp_path) == (0, "")


OPEN = """
for descriptor in range(1024):
    try:
        os.fstat(descriptor)
    except OSError:
        continue
    print(descriptor, end=" ")
"""


def test_a_reader_has_its_own_file_and_output_and_nothing_else(tmp_path: Path) -> None:
    assert attacked("", tmp_path) == (0, "")  # so that the forkserver has begun
    assert readers.forkserver
    with ThreadPoolExecutor() as others:
        other = others.submit(attacked, "import time; time.sleep(60)", tmp_path, seconds=3)
        while not children(readers.forkserver.process.pid):
            assert not other.done()
        assert attacked(OPEN, tmp_path) == (0, "0 1 2 ")
        assert other.result() == (-signal.SIGXCPU, "")
