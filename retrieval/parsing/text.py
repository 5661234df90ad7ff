"""Text as it is."""

from retrieval.parsing import Source
from retrieval.parsing.encodings import decode


def read_text(source: Source) -> str:
    return decode(source)
