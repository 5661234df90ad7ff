"""What works for the site lets its requests go first."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.processes import NICE, let_others_first

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="sessions share cores on Linux")


@pytest.fixture(params=[True, False], ids=["own session", "ours"])
def process(request: pytest.FixtureRequest) -> Iterator["subprocess.Popen[bytes]"]:
    command = ["sleep", "60"]
    with subprocess.Popen(command, start_new_session=request.param) as process:
        yield process
        process.kill()


def niceness(process: int) -> tuple[int, str]:
    """Return that of a process among those of its session, and that of its session."""
    autogroup = Path(f"/proc/{process}/autogroup")
    said = autogroup.read_text().split() if autogroup.exists() else []
    return os.getpriority(os.PRIO_PROCESS, process), said[-1] if said else ""


def test_another_is_nice_to_others_and_to_other_sessions(
    process: "subprocess.Popen[bytes]",
) -> None:
    before, session = niceness(process.pid)
    own = os.getsid(process.pid) == process.pid
    let_others_first(process.pid)
    assert niceness(process.pid) == (NICE, str(NICE) if own and session else session)
    assert before < NICE


def test_who_is_nicer_stays_so(process: "subprocess.Popen[bytes]") -> None:
    os.setpriority(os.PRIO_PROCESS, process.pid, NICE + 5)
    session = Path(f"/proc/{process.pid}/autogroup")
    if os.getsid(process.pid) == process.pid and niceness(process.pid)[1]:
        session.write_text(str(NICE + 5))
    before = niceness(process.pid)
    let_others_first(process.pid)
    assert niceness(process.pid) == before
    assert before[0] == NICE + 5


def test_one_that_has_ended_is_none_s_concern() -> None:
    process = subprocess.Popen(["true"])
    process.wait()
    let_others_first(process.pid)
    assert os.getpriority(os.PRIO_PROCESS, 0) < NICE


def test_a_process_may_do_so_itself() -> None:
    code = "import os; from api.processes import *; let_others_first(); print(os.nice(0))"
    said = subprocess.check_output([sys.executable, "-c", code], text=True, start_new_session=True)
    assert said == f"{NICE}\n"


def test_several_at_once_are_all_nice_to_other_sessions() -> None:
    """Linux refuses who is not its administrator a second such word within a tenth of a second."""
    code = """
import os, subprocess
from api.processes import *
if os.getuid() == 0:
    os.setuid(65534)
sessions = [subprocess.Popen(["sleep", "60"], start_new_session=True) for _ in range(3)]
for session in sessions:
    let_others_first(session.pid)
    with suppress(FileNotFoundError):
        print(Path(f"/proc/{session.pid}/autogroup").read_text().split()[2:])
    session.kill()
"""
    said = subprocess.check_output([sys.executable, "-c", code], text=True).splitlines()
    assert set(said) <= {"[]", str([str(NICE)])}
