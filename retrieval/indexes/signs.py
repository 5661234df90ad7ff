"""Which vectors are likely near another, by how many of their numbers have the same sign.

Vectors that point the same way have the same signs. To count those that differ takes a bit for
each number, in place of 32, and one instruction for 64 of them.
"""

import numpy as np
from numpy.typing import NDArray

from retrieval.models import Vector

BLOCK = 1 << 15  # vectors whose signs are compared at a time: what stays near the processor
TOGETHER = 3  # columns whose differences a byte can hold
SAMPLE = 50_000  # vectors that tell how few differing signs are few
MORE = 20  # of the sample, beyond those wanted: it is better to be asked for too many

Signs = NDArray[np.uint64]
"""(vectors, 64 of the signs), each column in one piece."""


def signs_of(vectors: Vector) -> Signs:
    """Return a bit for each number that says whether it is above zero, 64 of them together."""
    bits = np.packbits(vectors > 0, axis=1)
    return np.pad(bits, [(0, 0), (0, -bits.shape[1] % 8)]).view(np.uint64)


def likely(
    signs: Signs, asked: Signs, count: int, among: NDArray[np.intp] | None
) -> NDArray[np.intp]:
    """Return the places of about so many that differ in the fewest signs from what is asked."""
    differ = differences(signs, asked)
    if among is not None:
        differ = differ[among]
    every = max(len(differ) // SAMPLE, 1)
    sample = np.sort(differ[::every])
    rank = (count - 1) // every + (0 if every == 1 else MORE)
    places = np.flatnonzero(differ <= sample[min(rank, len(sample) - 1)])
    return places if among is None else among[places]


def differences(signs: Signs, asked: Signs) -> NDArray[np.uint16]:
    """Return in how many signs each differs."""
    found = np.zeros(len(signs), np.uint16)
    differ, count, counts = np.empty(BLOCK, np.uint64), *np.empty((2, BLOCK), np.uint8)
    for start in range(0, len(signs), BLOCK):
        part, block = found[start : start + BLOCK], signs[start : start + BLOCK]
        some, counted, summed = (room[: len(part)] for room in (differ, count, counts))
        for first in range(0, len(asked), TOGETHER):
            summed[:] = 0  # bytes are added several times as fast as larger numbers
            for column in range(first, min(first + TOGETHER, len(asked))):
                np.bitwise_xor(block[:, column], asked[column], out=some)
                np.add(summed, np.bitwise_count(some, out=counted), out=summed)
            np.add(part, summed, out=part)
    return found
