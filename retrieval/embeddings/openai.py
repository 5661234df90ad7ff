"""Embeddings from an OpenAI-compatible endpoint (`POST /embeddings`)."""

import logging
from collections.abc import Sequence
from typing import Any

import numpy as np
from openai import APIStatusError, BadRequestError, OpenAI, OpenAIError

from retrieval.embeddings import Embedder
from retrieval.exceptions import BadInputError, EmbeddingError
from retrieval.models import Vector
from retrieval.rows import batches

logger = logging.getLogger(__name__)

BATCH = 100  # texts a request
SECONDS = 15  # of each of two tries; a plugin has 45 to answer


class OpenAIEmbedder(Embedder):
    def __init__(
        self,
        *,
        url: str,
        key: str,
        model: str,
        dimension: int,
        question_prefix: str = "",
        passage_prefix: str = "",
    ) -> None:
        self.model = f"openai:{model}" + (f" after '{passage_prefix}'" if passage_prefix else "")
        self.dimension = dimension
        self.name = model
        self.question_prefix = question_prefix
        self.passage_prefix = passage_prefix
        # An endpoint on one's own machine wants no key, but the package does.
        self.client = OpenAI(base_url=url, api_key=key or "none", timeout=SECONDS, max_retries=1)

    def embed(self, texts: Sequence[str]) -> Vector:
        parts = [self.batch(some) for some in batches(texts, BATCH)]
        return np.concatenate([np.empty((0, self.dimension), np.float32), *parts])

    def batch(self, texts: list[str]) -> Vector:
        try:
            response = self.client.embeddings.create(
                model=self.name, input=texts, dimensions=self.dimension, encoding_format="float"
            )
            return self.vectors(response, len(texts))
        except BadRequestError as error:
            logger.warning("The embedding service refused: %s", error)
            raise BadInputError("The embedding service does not take it (400).") from error
        except OpenAIError as error:
            # What it says is for the operator: it may hold part of a key.
            logger.warning("The embedding service did not do its work: %s", error)
            why = error.status_code if isinstance(error, APIStatusError) else type(error).__name__
            raise EmbeddingError(
                f"The embedding service did not do its work ({why}). Try again later."
            ) from error
        except (AttributeError, TypeError, ValueError) as error:
            logger.warning("The embedding service did not answer vectors: %r", error)
            raise EmbeddingError(
                f"The embedding service did not answer {len(texts)} vectors of "
                f"{self.dimension} numbers. The operator sets RETRIEVAL_OPENAI_DIMENSIONS to what "
                f"'{self.name}' makes."
            ) from error

    def vectors(self, response: Any, count: int) -> Vector:
        """Return a response's vectors; raises one of several errors for what has none."""
        rows = sorted(response.data, key=lambda row: row.index)
        vectors = np.array([row.embedding for row in rows], np.float64)
        places = [row.index for row in rows]
        if places != list(range(count)) or vectors.shape != (count, self.dimension):
            raise ValueError(f"vectors of the shape {vectors.shape}, for the texts {places}")
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not np.isfinite(lengths).all() or not lengths.all():
            raise ValueError("numbers that are none, or nothing but zeros")
        unit: Vector = (vectors / lengths).astype(np.float32)
        return unit
