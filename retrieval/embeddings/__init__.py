"""The embedder that the settings choose, made once in each process, at first use."""

from functools import cache

from django.conf import settings

from retrieval.embeddings.base import Embedder

__all__ = ["Embedder", "embedder"]


@cache
def embedder() -> Embedder:
    if settings.RETRIEVAL_EMBEDDINGS == "openai":
        from retrieval.embeddings.openai import OpenAIEmbedder

        return OpenAIEmbedder(
            url=settings.RETRIEVAL_OPENAI_URL,
            key=settings.RETRIEVAL_OPENAI_KEY,
            model=settings.RETRIEVAL_OPENAI_MODEL,
            dimension=settings.RETRIEVAL_OPENAI_DIMENSIONS,
        )
    from retrieval.embeddings.local import local_embedder

    return local_embedder()
