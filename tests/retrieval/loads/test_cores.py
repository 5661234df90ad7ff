"""A worker stays on one core from turn to turn, and so does whatever it starts."""

import os
import subprocess
import sys
import threading

import pytest

from retrieval.loads import cores

ALLOWED = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
pytestmark = pytest.mark.skipif(len(ALLOWED) < 2, reason="There is one core, or no way to choose.")

SAY = "import os; print(sorted(os.sched_getaffinity(0)))"
WORKER = f"""
import os, subprocess, sys, threading
from retrieval.loads import cores

ended = threading.Event()
thread = threading.Thread(target=ended.wait)
thread.start()
cores.begin()
for turn in range(3):
    cores.settle()
    [core] = os.sched_getaffinity(0)
    assert core in {ALLOWED}
    assert os.sched_getaffinity(thread.native_id) == {{core}}
    said = subprocess.run([sys.executable, "-c", {SAY!r}], capture_output=True, text=True).stdout
    assert said.strip() == f"[{{core}}]", said
ended.set()
"""


def test_a_worker_and_what_it_starts_stay_on_one_core() -> None:
    done = subprocess.run([sys.executable, "-c", WORKER], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_process_that_is_no_worker_goes_where_it_likes() -> None:
    cores.settle()
    assert os.sched_getaffinity(0) == ALLOWED


def test_all_threads_are_kept_to_the_cores_that_are_named() -> None:
    own = cores.current()
    assert own in ALLOWED
    ended = threading.Event()
    thread = threading.Thread(target=ended.wait)
    thread.start()
    try:
        cores.keep_to({min(ALLOWED)})
        assert {cores.current()} == {min(ALLOWED)} == os.sched_getaffinity(thread.native_id or 0)
    finally:
        cores.keep_to(ALLOWED)
        ended.set()
        thread.join()
    assert os.sched_getaffinity(0) == ALLOWED
