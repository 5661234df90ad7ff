"""A BERT in one file: its shape, its pieces of words, and its weights in four bits.

"E5S1", the shape, the pieces with their scores (SentencePiece, Unigram), what characters are
replaced by before, then the weights by name. Of a matrix, 32 numbers in a row share a 16-bit scale
and have 4 bits each, less 8 (Q4_0, as llama.cpp names it). All else are 32-bit floats.
"""

import struct
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.models import Vector

ROWS = ("emb.pos", "emb.type")
BLOCK = 32  # numbers with one scale
BLOCK_BYTES = 2 + BLOCK // 2


class Q4File:
    def __init__(self, content: bytes) -> None:
        self.content = content
        self.at = 8  # "E5S1" and a version
        self.width, self.layers, self.heads, self.inner, _, self.longest, _ = self.values("7i")
        self.epsilon, _ = self.values("fi")
        count, self.begin, self.end, _, self.unknown, length = self.values("5iQ")
        ends, scores = self.values(f"{count + 1}I"), self.values(f"{count}f")
        [joined] = self.values(f"{length}s")
        words = [joined[start:end].decode() for start, end in pairwise(ends)]
        self.pieces = list(zip(words, scores, strict=True))
        count, _ = self.values("iI")
        self.replaced = dict(self.replacement() for _ in range(count))
        [count] = self.values("i")
        self.places = dict(self.place() for _ in range(count))
        self.read: dict[str, Vector] = {}

    def values(self, layout: str) -> tuple[Any, ...]:
        """Read values one after the other, as `struct` names them."""
        found = struct.unpack_from(f"<{layout}", self.content, self.at)
        self.at += struct.calcsize(f"<{layout}")
        return found

    def replacement(self) -> tuple[int, str]:
        code, length = self.values("IB")
        return code, "".join(map(chr, self.values(f"{length}I")))

    def place(self) -> tuple[str, tuple[int, int]]:
        """Read a weight's name, and where its bytes start and end."""
        [length] = self.values("H")
        name, _, _, start, size = self.values(f"{length}sBIQQ")
        return name.decode(), (start, start + size)

    def raw(self, name: str) -> NDArray[np.uint8]:
        start, end = self.places[name]
        return np.frombuffer(self.content, np.uint8, end - start, start)

    def __getitem__(self, name: str) -> Vector:
        """Return a row of floats, or rows: of the positions, and of the two types of a text."""
        numbers: Vector = self.raw(name).view("<f4")
        return numbers.reshape(-1, self.width) if name in ROWS else numbers

    def matrix(self, name: str) -> Vector:
        """Return a matrix: (numbers in, numbers out)."""
        if name not in self.read:
            width = self.inner if name.endswith("fo.w") else self.width
            rows = self.raw(name).reshape(-1, width // BLOCK * BLOCK_BYTES)
            self.read[name] = np.ascontiguousarray(numbers(rows).T)
        return self.read[name]

    def embeddings(self, ids: Sequence[int]) -> Vector:
        """Return what tokens mean by themselves: (tokens, width)."""
        rows = self.raw("emb.word").reshape(-1, self.width // BLOCK * BLOCK_BYTES)
        return numbers(rows[list(ids)])


def numbers(rows: NDArray[np.uint8]) -> Vector:
    """Return the numbers that rows of blocks stand for."""
    blocks = np.ascontiguousarray(rows).reshape(-1, BLOCK_BYTES)
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
    packed = blocks[:, 2:]
    signed = np.concatenate([packed & 15, packed >> 4], axis=1).astype(np.float32) - 8
    found: Vector = (signed * scales).reshape(len(rows), -1)
    return found
