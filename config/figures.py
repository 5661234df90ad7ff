"""The folder in which all processes of a site write their figures (api/metrics.py)."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = "site-figures-"


@contextmanager
def figures_folder() -> Iterator[Path]:
    """Make the folder, and remove it afterwards; those of servers that were killed go first.

    Whoever has a folder holds a lock on it, which ends with the last of its processes. It gets its
    name when it is locked: until then nobody takes it for one that was left.
    """
    remove_left()
    made = Path(tempfile.mkdtemp(prefix=f".{PREFIX}"))
    held = os.open(made, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    folder = made.rename(made.with_name(made.name.removeprefix(".")))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(held)


def remove_left() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):  # it is somebody else's, or in use, or has just gone
            if folder.lstat().st_uid != os.getuid():
                continue
            left = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                fcntl.flock(left, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder)
            finally:
                os.close(left)
