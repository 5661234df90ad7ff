"""Which documents a search or a deletion is about."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING

from retrieval.models import Collection, Document

if TYPE_CHECKING:
    from django.db.models import QuerySet


@dataclass(frozen=True, kw_only=True)
class Filter:
    """All that is given must hold; dates are inclusive at both ends."""

    document_id: str = ""
    source: str = ""
    source_id: str = ""
    author: str = ""
    start_date: datetime | None = None
    end_date: datetime | None = None

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))

    def documents(self, collection: Collection) -> "QuerySet[Document]":
        """Return the collection's documents for which it holds."""
        wanted = {
            "key": self.document_id,
            "source": self.source,
            "source_id": self.source_id,
            "author": self.author,
            "created_at__gte": self.start_date,
            "created_at__lte": self.end_date,
        }
        wanted = {lookup: value for lookup, value in wanted.items() if value}
        return Document.objects.filter(collection=collection, **wanted).order_by()


EVERYTHING = Filter()
