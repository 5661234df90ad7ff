"""How well a chunk answers a question: likeness of meaning, and of words.

    score = cosine + WEIGHT · BM25 / the length of the question's vector

BM25 (Robertson and Zaragoza, 2009) counts the question's terms in the chunk, the rarer the more.
It is a product of two vectors, the question's weights and what each term counts in the chunk. As
for the cosine, the question's is brought to unit length: one word that a short question shares
with a chunk by chance says little; many that a long one shares say much. A question of one word
asks for that word, and it counts double. Ranks are not mixed: a paraphrase that shares no word
with its answer keeps its cosine. `docs/design.md` tells how WEIGHT was chosen.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from math import hypot, log

WEIGHT = 0.4
K1, B = 1.2, 0.75


class Question:
    """The terms of a question, and what they weigh in a collection."""

    def __init__(
        self, terms: Sequence[str], frequency: Mapping[str, int], *, chunks: int, terms_in_all: int
    ) -> None:
        self.weights: dict[str, float] = {}  # inverse document frequency, for every term
        for term in terms:
            count = min(frequency.get(term, 0), chunks)
            self.weights[term] = log(1 + (chunks - count + 0.5) / (count + 0.5))
        self.mean_length = max(terms_in_all / max(chunks, 1), 1.0)  # terms of a chunk

    def lexical(self, chunk_terms: Sequence[str]) -> float:
        """Return how well a chunk's terms match: 0 to the root of how many are asked for."""
        counts = Counter(term for term in chunk_terms if term in self.weights)
        if not counts:
            return 0.0
        length = K1 * (1 - B + B * len(chunk_terms) / self.mean_length)
        bm25 = sum(self.weights[term] * count / (count + length) for term, count in counts.items())
        return bm25 / hypot(*self.weights.values()) * (2 if len(self.weights) == 1 else 1)


def score(cosine: float, lexical: float) -> float:
    return cosine + WEIGHT * lexical
