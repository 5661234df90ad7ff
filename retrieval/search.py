"""Hybrid search: the candidates of both halves, scored together."""

from dataclasses import dataclass

from retrieval import lexical
from retrieval.filters import EVERYTHING, Filter
from retrieval.indexes import vector_index
from retrieval.models import Chunk, Collection, Vector
from retrieval.scoring import Question, score
from retrieval.terms import terms

MAX_TERMS = 40  # of one question: SQL has limits
POOL = 100  # candidates that each half of the search names


@dataclass(frozen=True)
class Hit:
    """A chunk that answers a question, and how well: see `retrieval/scoring.py`."""

    chunk: Chunk
    cosine: float
    lexical: float

    @property
    def score(self) -> float:
        return score(self.cosine, self.lexical)


def search(
    collection: Collection, text: str, vector: Vector, *, where: Filter = EVERYTHING
) -> list[Hit]:
    """Return the candidates of both halves of the search, the best first."""
    asked = list(dict.fromkeys(terms(text)))[:MAX_TERMS]
    frequency = lexical.frequencies(collection, asked) if asked else {}
    question = Question(
        asked, frequency, chunks=collection.chunk_count, terms_in_all=collection.term_count
    )
    present = {term: question.weights[term] for term in asked if term in frequency}
    ids = {
        *vector_index().nearest(collection, vector, limit=POOL, where=where),
        *lexical.candidates(collection, present, frequency, limit=POOL, where=where),
    }
    prefix = len(f"{collection.pk}_")
    found = Chunk.objects.filter(pk__in=ids, collection=collection)
    hits = [
        Hit(
            chunk,
            cosine=float(chunk.vector @ vector),
            lexical=question.lexical([term[prefix:] for term in chunk.terms.split()]),
        )
        for chunk in found.select_related("document").defer("document__text").order_by()
    ]
    return sorted(hits, key=lambda hit: (-hit.score, hit.chunk.pk))
