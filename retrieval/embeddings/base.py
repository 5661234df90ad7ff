"""What turns texts into vectors."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

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
