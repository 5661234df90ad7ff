"""What code in the reader's process can do, once a hostile file has taken it over: nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from retrieval.parsing.confinement import MEASURED, can_close_files, can_refuse_calls
from retrieval.parsing.sandbox import PROJECT, bare_environ

pytestmark = pytest.mark.outside

BEGIN = """
import os, sys
from retrieval.parsing import Limits
from retrieval.parsing.confinement import confine
parent, secret, folder = int(sys.argv[1]), sys.argv[2], sys.argv[3]
confine(Limits(ocr={ocr!r}))
try:
    {attack}
except PermissionError as error:
    sys.exit(77)
"""
REFUSED = 77
FILES = {
    "a secret": "open(secret).read()",
    "a database": "import sqlite3; print(open(secret, 'r+b'))",
    "the settings' folder": "os.listdir(folder)",
    "another folder": "os.listdir('/etc')",
    "the site's environment": "open(f'/proc/{parent}/environ').read()",
    "the site's memory": "open(f'/proc/{parent}/mem', 'rb')",
    "a new file": "open(folder + '/new', 'w')",
    "a new file among the temporary ones": "open('/tmp/example-plugins-new', 'w')",
    "a program": "os.execv('/bin/sh', ['sh', '-c', 'exit 0'])",
    "its own code": "open(os.path.dirname(sys.modules['retrieval.parsing'].__file__) + '/x', 'w')",
    "a signal to the site": "os.kill(parent, 0)",
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
        "import resource; resource.prlimit(parent, resource.RLIMIT_NOFILE, (9, 9))"
    ),
    "the priority of the site": "os.setpriority(os.PRIO_PROCESS, parent, 19)",
    "the processors of the site": "os.sched_setaffinity(parent, os.sched_getaffinity(parent))",
    "a group of its own, which nobody ends": "os.setsid()",
    "another root": "os.chroot('/')",
}


def attacked(attack: str, folder: Path, *, ocr: str = "") -> int:
    """Return how a confined process ended that tried something."""
    (folder / "secret").write_text("SECRET_KEY=x")
    code = BEGIN.format(attack=attack, ocr=ocr)
    arguments = [str(os.getpid()), str(folder / "secret"), str(folder)]
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=PROJECT,
        env={k: v for k, v in bare_environ().items() if not k.startswith(MEASURED)},
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode in (0, REFUSED), done.stderr
    return done.returncode


@pytest.mark.skipif(not can_close_files(), reason="this kernel has no Landlock")
@pytest.mark.parametrize("attack", FILES)
def test_no_file_and_no_process_is_reached(attack: str, tmp_path: Path) -> None:
    assert attacked(FILES[attack], tmp_path) == REFUSED


@pytest.mark.skipif(not can_close_files(), reason="this kernel has no Landlock")
@pytest.mark.parametrize("attack", [each for each in FILES if each != "a program"])
def test_nor_where_text_recognition_may_be_started(attack: str, tmp_path: Path) -> None:
    assert attacked(FILES[attack], tmp_path, ocr="eng") == REFUSED
    assert attacked(FILES["a program"], tmp_path, ocr="eng") == 0


@pytest.mark.skipif(not can_refuse_calls(), reason="libseccomp is not installed")
@pytest.mark.parametrize("attack", CALLS)
def test_nothing_is_reached_by_calls(attack: str, tmp_path: Path) -> None:
    assert attacked(CALLS[attack], tmp_path) == REFUSED


def test_what_it_needs_is_there(tmp_path: Path) -> None:
    modules = "lxml.etree, pypdf, striprtf, selectolax.lexbor, chardet, PIL.Image"
    wanted = f"import {modules}; open('/dev/null').close()"
    assert attacked(wanted, tmp_path) == 0
