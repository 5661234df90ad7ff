"""How well a chunk answers a question: likeness of meaning, and of words.

    score = knowledge · likeness + WEIGHT · BM25 / the length of the question's vector

Likeness is the cosine, from 0 for texts that have nothing in common; knowledge, from 0 to 1, tells
how well the model knows the question's words (`retrieval/embeddings/`): where it does not, words
alone decide. Before that the question's vector is moved towards its first answers (Rocchio, 1971),
each by its score, so that nothing moves where nothing fits.

BM25 (Robertson and Zaragoza, 2009) counts the question's terms in the chunk, the rarer the more.
It is a product of two vectors, the question's weights and what each term counts in the chunk. As
for the cosine, the question's is brought to unit length: one word that a short question shares
with a chunk by chance says little; many that a long one shares say much. A question of one word
asks for that word, and it counts double. A term that a question repeats counts by the square root
of how often. Ranks are not mixed: a paraphrase that shares no word
with its answer keeps its cosine. `docs/design.md` tells how WEIGHT was chosen.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from math import hypot, log, sqrt

import numpy as np

from retrieval.models import Vector

WEIGHT = 0.4
K1, B = 1.2, 0.75
FEEDBACK = 0.5  # how far a question is moved towards its first answers,
FIRST = 5  # which are so many


class Question:
    """The terms of a question, and what they weigh in a collection."""

    def __init__(
        self, terms: Sequence[str], frequency: Mapping[str, int], *, chunks: int, terms_in_all: int
    ) -> None:
        self.frequency = frequency
        self.weights: dict[str, float] = {}  # of every term
        for term, times in Counter(terms).items():
            count = min(frequency.get(term, 0), chunks)
            rarity = log(1 + (chunks - count + 0.5) / (count + 0.5))
            self.weights[term] = rarity * sqrt(times)
        self.mean_length = max(terms_in_all / max(chunks, 1), 1.0)  # terms of a chunk

    @property
    def present(self) -> dict[str, float]:
        """The weights of those terms that the collection has."""
        return {term: each for term, each in self.weights.items() if term in self.frequency}

    def lexical(self, chunk_terms: Sequence[str]) -> float:
        """Return how well a chunk's terms match: 0 to the root of how many are asked for."""
        counts = Counter(term for term in chunk_terms if term in self.weights)
        if not counts:
            return 0.0
        length = K1 * (1 - B + B * len(chunk_terms) / self.mean_length)
        bm25 = sum(self.weights[term] * count / (count + length) for term, count in counts.items())
        return bm25 / hypot(*self.weights.values()) * (2 if len(self.weights) == 1 else 1)


def moved(vector: Vector, vectors: Vector, scores: Vector) -> Vector:
    """Return a question's vector, of unit length, moved towards those of its first answers.

    The answers' vectors and scores are in any order: (answers, dimension), (answers,).
    """
    first = np.argsort(-scores, kind="stable")[:FIRST]
    towards = np.maximum(scores[first], 0) @ vectors[first] / FIRST
    new = vector + FEEDBACK * towards
    return (new / np.linalg.norm(new)).astype(np.float32)
