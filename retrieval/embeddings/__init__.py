"""What turns texts into vectors: the embedder that the settings choose."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cache

from django.conf import settings

from retrieval.models import Vector


class Embedder(ABC):
    """A model, by name, and the length of its vectors."""

    model: str
    dimension: int

    @abstractmethod
    def embed(self, texts: Sequence[str]) -> Vector:
        """Return one vector of unit length for each text: (texts, dimension).

        Raises EmbeddingError.
        """


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
        )
    from retrieval.embeddings.local import LOADING, local_embedder

    with LOADING:
        return local_embedder()
