"""The text of a file, within the limits that the settings set."""

from typing import IO, Any

from django.conf import settings

from retrieval.parsing import Limits, parse


def file_text(file: IO[Any], *, name: str = "") -> str:
    """Return the text of a file; raises UnreadableFileError."""
    limits = Limits(
        bytes=settings.RETRIEVAL_MAX_FILE_BYTES,
        pages=settings.RETRIEVAL_MAX_FILE_PAGES,
        seconds=settings.RETRIEVAL_PARSE_SECONDS,
    )
    return parse(file, name=name or str(getattr(file, "name", "")), limits=limits).text
