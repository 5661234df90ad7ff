"""A bar that shows how far a long command is."""

import sys
from collections.abc import Iterator, Sequence
from typing import TextIO, TypeVar

T = TypeVar("T")
WIDTH = 30  # characters
BATCH = 500  # rows


def batches(label: str, rows: Sequence[T], stream: TextIO | None = None) -> Iterator[Sequence[T]]:
    """Yield the rows in parts, and show on a terminal how many are done."""
    stream = stream or sys.stderr
    shown = stream.isatty()
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]
        if shown:
            done = min(start + BATCH, len(rows))
            bar = ("#" * (WIDTH * done // len(rows))).ljust(WIDTH, ".")
            stream.write(f"\r{label:8} [{bar}] {done:,} of {len(rows):,}")
            stream.flush()
    if shown and rows:
        stream.write("\n")
