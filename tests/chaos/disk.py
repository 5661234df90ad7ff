"""A small disk, which can be filled up."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MEBIBYTES = 64
PIECES = (1024 * 1024, 4096, 1)


class Disk:
    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.filler = directory / "filler"

    def fill(self) -> None:
        """Take all the room that there is."""
        with self.filler.open("ab", buffering=0) as file:
            for piece in PIECES:
                try:
                    while file.write(b"x" * piece):
                        pass
                except OSError:
                    continue

    def empty(self) -> None:
        self.filler.unlink()


@contextmanager
def small_disk(directory: Path) -> Iterator[Disk | None]:
    """Mount one, which is memory, at a directory; None for who may not mount (root may)."""
    directory.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={MEBIBYTES}m", "tmpfs", str(directory)]
    if subprocess.run(command, capture_output=True).returncode:
        yield None
        return
    try:
        yield Disk(directory)
    finally:
        subprocess.run(["umount", "--lazy", str(directory)], check=True)
