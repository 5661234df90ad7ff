"""A reader that works for a site which is killed ends with it, and leaves nothing behind."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

import pytest
from django.conf import settings

from retrieval.parsing import Limits

SITE = """
import subprocess, sys, time
reader = subprocess.Popen([sys.executable, "-m", "retrieval.parsing.worker", "", "", sys.argv[1]])
print(reader.pid, flush=True)
time.sleep(60)
"""
LIMITS = Limits(bytes=10**6, pages=10, seconds=47)


def until_confined(pid: int) -> None:
    """Wait until a reader has set its limits, after which it reads its file."""
    for _ in range(400):
        if "Max cpu time              47" in Path(f"/proc/{pid}/limits").read_text():
            return
        time.sleep(0.05)
    pytest.fail("The reader did not begin.")


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.outside
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process of its parent")
def test_a_reader_dies_with_its_site(tmp_path: Path) -> None:
    kept_open, file = os.pipe()
    command = [sys.executable, "-c", SITE, json.dumps(asdict(LIMITS))]
    environ = {"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        command, cwd=settings.BASE_DIR, env=environ, stdin=kept_open, stdout=subprocess.PIPE
    ) as site:
        assert site.stdout
        reader = int(site.stdout.readline())
        until_confined(reader)
        assert is_alive(reader)  # waiting for the rest of its file, which never comes
        os.kill(site.pid, signal.SIGKILL)
    for _ in range(100):
        if not is_alive(reader):
            break
        time.sleep(0.05)
    assert not is_alive(reader)
    assert list(tmp_path.iterdir()) == []
    os.close(kept_open)
    os.close(file)
