"""Why the datastore does not do what it was asked to: what is wrong, and what to do."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retrieval.embeddings import Embedder
    from retrieval.models import Collection


class RefusedError(Exception):
    """It does not fit what is stored. Nothing was changed."""


class OtherModelError(RefusedError):
    """The collection's embeddings were made by another model than the site's."""

    def __init__(self, collection: "Collection", embedder: "Embedder") -> None:
        super().__init__(
            f"These documents were embedded with '{collection.model}' "
            f"({collection.dimension} numbers), and this site is set to '{embedder.model}' "
            f"({embedder.dimension}). The two cannot be compared. The operator runs "
            "'manage.py reembed', or sets the old model again."
        )


class TooManyChunksError(RefusedError):
    """More than one call, or one collection, may hold."""


class NoSuchDocumentError(LookupError):
    def __init__(self) -> None:
        super().__init__(
            "There is no document of that id. Search with queryDocuments: each result "
            "bears the document_id of its document."
        )


class UnavailableError(Exception):
    """What is needed did not do its work, for a reason that is told. Nothing was changed."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"{reason} Nothing was changed.")
        self.reason = reason


class EmbeddingError(UnavailableError):
    """No embeddings could be had."""


class BadInputError(EmbeddingError):
    """The model does not take one of the texts."""


class IndexAwayError(UnavailableError):
    """The index's service did not answer."""

    def __init__(self) -> None:
        super().__init__("The vector index did not answer. Try again shortly.")
