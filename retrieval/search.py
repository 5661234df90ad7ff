"""Hybrid search: the candidates of both halves, scored together."""

from dataclasses import dataclass

import numpy as np

from retrieval import lexical
from retrieval.embeddings import Embedder
from retrieval.filters import EVERYTHING, Filter
from retrieval.indexes import vector_index
from retrieval.models import Chunk, Collection, Vector
from retrieval.scoring import WEIGHT, Question, moved
from retrieval.terms import asked

MAX_TERMS = 100  # of one question: SQL has limits
POOL = 100  # candidates that each half of the search names


@dataclass(frozen=True)
class Hit:
    """A chunk that answers a question, and how well: see `retrieval/scoring.py`."""

    chunk: Chunk
    cosine: float
    lexical: float
    score: float


def search(
    collection: Collection,
    text: str,
    vector: Vector,
    *,
    model: Embedder,
    where: Filter = EVERYTHING,
) -> list[Hit]:
    """Return the candidates of both halves of the search, the best first.

    The vector is the text's, by the model that the collection's embeddings are of.
    """
    question = words(collection, text)
    ids = {
        *vector_index().nearest(collection, vector, limit=POOL, where=where),
        *lexical.candidates(
            collection, question.present, question.frequency, limit=POOL, where=where
        ),
    }
    found = Chunk.objects.filter(pk__in=ids, collection=collection)
    chunks = list(
        found.select_related("document").defer("document__text", "next_embedding").order_by("pk")
    )
    if not chunks:
        return []
    prefix = len(f"{collection.pk}_")
    held = ([term[prefix:] for term in chunk.terms.split()] for chunk in chunks)
    words_alike = np.array([question.lexical(each) for each in held])
    vectors = np.array([chunk.vector for chunk in chunks])
    knowledge = model.knowledge(text)

    def scores(asked_for: Vector) -> Vector:
        likeness = (vectors @ asked_for - model.unrelated) / (1 - model.unrelated)
        return (knowledge * likeness + WEIGHT * words_alike).astype(np.float32)

    final = scores(moved(vector, vectors, scores(vector)))
    hits = map(Hit, chunks, (vectors @ vector).tolist(), words_alike.tolist(), final.tolist())
    return sorted(hits, key=lambda hit: (-hit.score, hit.chunk.pk))


def words(collection: Collection, text: str) -> Question:
    """Return a question's terms, each in that of its forms which the most chunks hold."""
    forms = asked(text)
    known = set(list(dict.fromkeys(forms))[:MAX_TERMS])
    names = list(dict.fromkeys(form for each in forms if each in known for form in each))
    frequency = lexical.frequencies(collection, names) if names else {}
    return Question(
        [max(each, key=lambda form: frequency.get(form, 0)) for each in forms if each in known],
        frequency,
        chunks=collection.chunk_count,
        terms_in_all=collection.term_count,
    )
