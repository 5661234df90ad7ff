"""A part of a core for each process of a server, by Linux's control groups.

With it the load has what it needs on a machine of few cores, and two workers twice what one has.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.servers import Server

GROUPS = Path("/sys/fs/cgroup")
PERIOD = 100_000
"""Microseconds in which a process may use its part: Linux's own, and that of containers. In one of
5,000 a request took a third more of the processor."""


def parent_group() -> Path | None:
    """Return where groups can be made that limit the processor; None where this may not be.

    Version 2 of them has all of a group in one folder, version 1 a tree for each thing limited.
    """
    controlled = GROUPS / "cgroup.subtree_control"
    if controlled.is_file():
        found = GROUPS if "cpu" in controlled.read_text().split() else None
    else:
        found = GROUPS / "cpu"
    return found if found and os.access(found, os.W_OK) else None


@contextmanager
def limited(server: Server, share: float) -> Iterator[None]:
    """Give each process of a server that part of a core. Raises OSError where that is refused."""
    parent = parent_group()
    if parent is None:
        raise OSError("No control group can be made here.")
    with ExitStack() as stack:
        for pid in server.pids():
            group = parent / f"bench-{secrets.token_hex(4)}"
            group.mkdir()
            stack.callback(group.rmdir)
            quota = int(PERIOD * share)
            if parent == GROUPS:
                (group / "cpu.max").write_text(f"{quota} {PERIOD}")
            else:
                (group / "cpu.cfs_period_us").write_text(str(PERIOD))
                (group / "cpu.cfs_quota_us").write_text(str(quota))
            (group / "cgroup.procs").write_text(str(pid))
            stack.callback((parent / "cgroup.procs").write_text, str(pid))
        yield
