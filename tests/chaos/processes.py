"""Programs that may be killed at any moment, and that end with whoever started them."""

import os
import pwd
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[2]
LEAVES_MODES_OUT = "-dac_override,-dac_read_search"
"""Rights of root by which it writes to a file that is only read."""


def start(
    *command: str, environ: Mapping[str, str], user: str | None = None, **options: Any
) -> "subprocess.Popen[bytes]":
    """Start a program, as root as one that no file is open to against its mode.

    Ctrl-C does not reach it: whoever started it ends it.
    """
    wrapped = ["setpriv", "--pdeathsig", "KILL"]
    if user:
        known = pwd.getpwnam(user)
        wrapped += [f"--reuid={known.pw_uid}", f"--regid={known.pw_gid}", "--clear-groups"]
    elif os.geteuid() == 0:
        wrapped += ["--bounding-set", LEAVES_MODES_OUT]
    return subprocess.Popen(
        [*wrapped, *command],
        cwd=PROJECT,
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        **options,
    )


def children(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(each) for each in path.read_text().split()]


def end(process: "subprocess.Popen[bytes]", seconds: float = 10) -> None:
    """Ask a program to end, and kill it where it does not."""
    process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def chown(path: Path, user: str | None) -> None:
    """Give a folder to whoever a program runs as."""
    if user:
        os.chown(path, pwd.getpwnam(user).pw_uid, -1)
