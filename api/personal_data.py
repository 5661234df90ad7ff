"""What is kept of a person: shown to them, exported for them, and gone with their account.

Each room says what it keeps. The setting PERSONAL_DATA names the functions that do, each of which
takes a person and yields `Kept`; accounts/erasure.py asks them all.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse

if TYPE_CHECKING:
    from django.db.models import QuerySet


@dataclass(frozen=True, kw_only=True)
class Kept:
    """One kind of thing that is kept: how many there are, and what they are."""

    name: str
    """What the export calls them."""
    one: str
    """What people call one of them."""
    many: str
    count: int
    rows: Callable[[], Iterable[Any]]
    """Returns them as JSON can say them, and as orjson writes it; no secret among them."""
    where: str = ""
    """Where they are kept, where one kind is in several places: the name of a plugin."""
    note: str = ""
    """What else goes with them, or who else would miss them."""
    admin: str = ""
    """Names the list of the admin that shows them."""
    query: Mapping[str, Any] = field(default_factory=dict)
    """What chooses them in that list."""

    def __str__(self) -> str:
        number = f"{self.count:,} {self.one if self.count == 1 else self.many}"
        where = f" in {self.where}" if self.where else ""
        return f"{number}{where}{f' ({self.note})' if self.note else ''}"

    @property
    def admin_url(self) -> str:
        """The address of that list in the admin; "" where there is none."""
        return f"{reverse(self.admin)}?{urlencode(self.query)}" if self.admin else ""


def kept_rows(
    rows: "QuerySet[Any]", *fields: str, name: str, one: str, many: str, **more: Any
) -> Kept:
    """Return what a query finds; `fields` are what the export says of each."""
    meta = rows.model._meta
    return Kept(
        name=name,
        one=one,
        many=many,
        count=rows.count(),
        rows=lambda: rows.values(*fields).iterator(chunk_size=500),
        **{"admin": f"admin:{meta.app_label}_{meta.model_name}_changelist", **more},
    )
