"""Why the datastore does not do what it was asked to: what is wrong, and what to do."""


class RefusedError(Exception):
    """It does not fit what is stored. Nothing was changed."""


class OtherModelError(RefusedError):
    """The collection's embeddings were made by another model than the site's."""


class TooManyChunksError(RefusedError):
    """More than one call, or one collection, may hold."""


class TooManyAtOnceError(TooManyChunksError):
    """More than one call may bring."""


class NoSuchDocumentError(LookupError):
    """The collection has no document of that id."""


class NoSuchLoadError(LookupError):
    """Its person has no load of that id."""


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
