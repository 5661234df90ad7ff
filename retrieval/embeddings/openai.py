"""Embeddings from an OpenAI-compatible endpoint (`POST /embeddings`)."""

from collections.abc import Sequence

import numpy as np
from openai import BadRequestError, OpenAI, OpenAIError

from retrieval.embeddings.base import BadInputError, Embedder, EmbeddingError
from retrieval.models import Vector

BATCH = 100  # texts a request
SECONDS = 20  # a plugin has 45 to answer


class OpenAIEmbedder(Embedder):
    def __init__(self, *, url: str, key: str, model: str, dimension: int) -> None:
        self.model = f"openai:{model}"
        self.dimension = dimension
        self.name = model
        # An endpoint on one's own machine wants no key, but the package does.
        self.client = OpenAI(base_url=url, api_key=key or "none", timeout=SECONDS, max_retries=1)

    def embed(self, texts: Sequence[str]) -> Vector:
        parts = [self.batch(texts[start : start + BATCH]) for start in range(0, len(texts), BATCH)]
        return np.concatenate([np.empty((0, self.dimension), np.float32), *parts])

    def batch(self, texts: Sequence[str]) -> Vector:
        try:
            answer = self.client.embeddings.create(
                model=self.name,
                input=list(texts),
                dimensions=self.dimension,
                encoding_format="float",
            )
        except BadRequestError as error:
            raise BadInputError(f"The embedding service does not take it: {error}") from error
        except OpenAIError as error:
            raise EmbeddingError(
                f"The embedding service did not do its work: {error}. Try again later."
            ) from error
        rows = [row.embedding for row in sorted(answer.data, key=lambda row: row.index)]
        if [len(row) for row in rows] != [self.dimension] * len(texts):
            raise EmbeddingError(
                f"The embedding service did not answer {len(texts)} vectors of "
                f"{self.dimension} numbers. Set RETRIEVAL_OPENAI_DIMENSIONS to what "
                f"'{self.name}' makes."
            )
        vectors = np.array(rows, np.float32)
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        return vectors
