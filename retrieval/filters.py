"""Which documents a search or a deletion is about."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from api.normalization import nfc
from retrieval.metadata import COMPARED
from retrieval.models import Collection, Document

if TYPE_CHECKING:
    from django.db.models import QuerySet

CONDITIONS = {
    "document_id": ("key", "exact"),
    "source": ("source", "exact"),
    "source_id": ("source_id", "exact"),
    "author": ("author", "exact"),
    "start_date": ("created_at", "gte"),
    "end_date": ("created_at", "lte"),
}
"""What each field of a filter compares: a column of the document, and Django's lookup for it."""


@dataclass(frozen=True, kw_only=True)
class Filter:
    """All that is given must hold; dates are inclusive at both ends."""

    document_id: str = ""
    source: str = ""
    source_id: str = ""
    author: str = ""
    start_date: datetime | None = None
    end_date: datetime | None = None

    def __post_init__(self) -> None:
        for name in ("document_id", *COMPARED):
            object.__setattr__(self, name, nfc(getattr(self, name)))

    def __bool__(self) -> bool:
        return bool(self.conditions())

    def conditions(self) -> list[tuple[str, str, Any]]:
        """Return the columns that are compared, how, and with what."""
        return [(*CONDITIONS[name], value) for name, value in vars(self).items() if value]

    def documents(self, collection: Collection) -> "QuerySet[Document]":
        """Return the collection's documents for which it holds."""
        wanted = {f"{column}__{lookup}": value for column, lookup, value in self.conditions()}
        return Document.objects.filter(collection=collection, **wanted).order_by()


EVERYTHING = Filter()
