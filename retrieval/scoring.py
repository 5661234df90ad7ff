"""How well a chunk answers a question: likeness of meaning, and of words.

    score = cosine + WEIGHT · BM25 / the most that BM25 could give for the question

BM25 (Robertson and Zaragoza, 2009) counts the question's terms in the chunk, the rarer the more.
Divided by its most, it says how much of the question the chunk covers. Ranks are not mixed: a
paraphrase that shares no word with its answer keeps its cosine. `benchmarks/README.md` has the
figures by which WEIGHT was chosen.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log

WEIGHT = 1.25
K1, B = 1.2, 0.75


@dataclass(frozen=True)
class Question:
    """The terms of a question, and what they weigh in a collection."""

    weights: Mapping[str, float]  # inverse document frequency, for every term
    mean_length: float  # terms of a chunk

    @classmethod
    def of(
        cls, terms: Sequence[str], frequency: Mapping[str, int], *, chunks: int, terms_in_all: int
    ) -> "Question":
        weights = {}
        for term in terms:
            count = min(frequency.get(term, 0), chunks)
            weights[term] = log(1 + (chunks - count + 0.5) / (count + 0.5))
        return cls(weights, max(terms_in_all / max(chunks, 1), 1.0))

    def lexical(self, chunk_terms: Sequence[str]) -> float:
        """Return how well a chunk's terms match, 0 to 1."""
        counts = Counter(term for term in chunk_terms if term in self.weights)
        if not counts:
            return 0.0
        length = K1 * (1 - B + B * len(chunk_terms) / self.mean_length)
        bm25 = sum(
            self.weights[term] * count * (K1 + 1) / (count + length)
            for term, count in counts.items()
        )
        return bm25 / (sum(self.weights.values()) * (K1 + 1))


def score(cosine: float, lexical: float) -> float:
    return cosine + WEIGHT * lexical
