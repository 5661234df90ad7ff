"""What is known of a document. Its columns, the bodies that bring and tell it, the filters and
the form take its fields, what they mean and how long they may be from here."""

from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

from api.normalization import nfc

SOURCES = ("email", "file", "chat")
COMPARED = ("source_id", "author")
"""The texts by which documents are filtered: kept in Form C."""


def text(help_text: str, **limits: int) -> Any:
    return field(default="", metadata={"help_text": help_text, **limits})


@dataclass(frozen=True, kw_only=True)
class Metadata:
    """A field that is not known is empty."""

    source: str = text("Where it comes from.")
    source_id: str = text("Its id there.", max_length=500)
    url: str = text("Where it can be read.", max_length=2_000)
    author: str = text("Who made it.", max_length=500)
    created_at: datetime | None = field(
        default=None, metadata={"help_text": "When it was made: a day, or a time."}
    )

    def __post_init__(self) -> None:
        for name in COMPARED:
            object.__setattr__(self, name, nfc(getattr(self, name)))

    @classmethod
    def of_file(cls, name: str) -> "Metadata":
        """Return what a file's name tells."""
        return cls(source="file", source_id=nfc(name)[-MAX_LENGTH["source_id"] :])

    def known(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if value}

    def overridden(self, by: "Metadata") -> "Metadata":
        """Return it with all that another knows in place of its own."""
        return replace(self, **by.known())

    def as_text(self) -> dict[str, str]:
        """Return what is known, dates in ISO 8601."""
        return {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in self.known().items()
        }


UNKNOWN = Metadata()
EXAMPLES = {
    "source": "file",
    "source_id": "minutes.pdf",
    "url": "https://example.com/minutes.pdf",
    "created_at": "2024-03-05",
    "author": "Ann",
}
DESCRIPTIONS = {field.name: field.metadata for field in fields(Metadata)}
MAX_LENGTH: dict[str, int] = {
    name: limits["max_length"] for name, limits in DESCRIPTIONS.items() if "max_length" in limits
}
