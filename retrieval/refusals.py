"""Why the datastore does not do what it was asked to."""

from retrieval.embeddings import embedder
from retrieval.models import Collection


class RefusedError(Exception):
    """Nothing was changed; says why and what to do."""


class OtherModelError(RefusedError):
    """The collection's embeddings were made by another model than the site's."""

    def __init__(self, collection: Collection) -> None:
        super().__init__(
            f"These documents were embedded with '{collection.model}' "
            f"({collection.dimension} numbers), and this site is set to '{embedder().model}' "
            f"({embedder().dimension}). The two cannot be compared. The operator runs "
            "'manage.py reembed', or sets the old model again."
        )


class TooManyChunksError(RefusedError):
    """More than one call, or one collection, may hold."""


class NoSuchDocumentError(LookupError):
    """There is no document of that id."""


def require_model(collection: Collection) -> None:
    """Refuse to mix embeddings of two models; raises OtherModelError."""
    mine = embedder()
    if collection.chunk_count and (collection.model, collection.dimension) != (
        mine.model,
        mine.dimension,
    ):
        raise OtherModelError(collection)
