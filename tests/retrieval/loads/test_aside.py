"""What gives way: a step's computing, and the process that reads a file; nothing else."""

import os
import subprocess
import sys
from contextvars import ContextVar

import pytest

from retrieval.loads.aside import aside

POLICY = "import os; print(os.sched_getscheduler(0))"
WHO: ContextVar[str] = ContextVar("who", default="nobody")
LINUX = pytest.mark.skipif(
    not hasattr(os, "SCHED_IDLE"), reason="threads give way where Linux lets them"
)


@LINUX
def test_work_gives_way_and_who_waits_for_it_does_not() -> None:
    before = os.sched_getscheduler(0)
    assert aside(os.sched_getscheduler, 0) == os.SCHED_IDLE
    assert os.sched_getscheduler(0) == before != os.SCHED_IDLE


@LINUX
def test_a_process_that_it_starts_gives_way_too() -> None:
    said = aside(subprocess.check_output, [sys.executable, "-c", POLICY], text=True)
    assert int(said) == os.SCHED_IDLE


def test_it_knows_what_its_caller_knows_and_fails_as_it_would_there() -> None:
    WHO.set("carol")
    assert aside(WHO.get) == "carol"
    with pytest.raises(ZeroDivisionError):
        aside(lambda: 1 / 0)


def test_it_may_wait_for_another() -> None:
    assert aside(lambda: aside(lambda: 2) + 1) == 3


def test_a_system_that_knows_no_such_thing_does_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_setscheduler", raising=False)
    assert aside(lambda: 1) == 1
