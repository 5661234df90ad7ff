"""What turns texts into vectors: the embedder that the settings choose."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cache

from django.conf import settings

from retrieval.models import Vector


class Embedder(ABC):
    """A model, by name, the length of its vectors, and how it wants to be asked."""

    model: str
    dimension: int
    question_prefix = ""
    passage_prefix = ""
    """What the model was trained to find before a question, and before what may answer it."""
    unrelated = 0.0
    """The cosine of texts that have nothing to do with each other."""

    @abstractmethod
    def embed(self, texts: Sequence[str]) -> Vector:
        """Return one vector of unit length for each text: (texts, dimension).

        Raises EmbeddingError.
        """

    def questions(self, texts: Sequence[str]) -> Vector:
        return self.embed([self.question_prefix + text for text in texts])

    def passages(self, texts: Sequence[str]) -> Vector:
        return self.embed([self.passage_prefix + text for text in texts])

    def knowledge(self, question: str) -> float:
        """Return how well the model knows the words of a question, from 0 to 1."""
        return 1.0


@cache
def embedder() -> Embedder:
    """Return the embedder, made once in each process, at first use."""
    if settings.RETRIEVAL_EMBEDDINGS == "openai":
        from retrieval.embeddings.openai import OpenAIEmbedder

        return OpenAIEmbedder(
            url=settings.RETRIEVAL_OPENAI_URL,
            key=settings.RETRIEVAL_OPENAI_KEY,
            model=settings.RETRIEVAL_OPENAI_MODEL,
            dimension=settings.RETRIEVAL_OPENAI_DIMENSIONS,
            question_prefix=settings.RETRIEVAL_QUESTION_PREFIX,
            passage_prefix=settings.RETRIEVAL_PASSAGE_PREFIX,
        )
    from retrieval.embeddings.local import LOADING, local_embedder

    with LOADING:
        if settings.RETRIEVAL_EMBEDDINGS == "multilingual":
            from retrieval.embeddings.multilingual import multilingual_embedder

            return multilingual_embedder()
        return local_embedder()
