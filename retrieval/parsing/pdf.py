"""PDF."""

from typing import IO

from pypdf import PdfReader
from pypdf.errors import LimitReachedError

from retrieval.parsing import Limits, UnreadableFileError, too_large


def read_pdf(file: IO[bytes], limits: Limits) -> str:
    """Return the pages in their order, an empty line between them."""
    reader = PdfReader(file)
    if reader.is_encrypted and not reader.decrypt(""):
        raise UnreadableFileError("The PDF is encrypted. Save it without a password and send that.")
    count = len(reader.pages)
    if count > limits.pages:
        raise too_large(f"it has {count:,} pages, {limits.pages:,} at most")
    pages: list[str] = []
    length = 0
    for page in reader.pages:
        try:
            pages.append(page.extract_text())
        except LimitReachedError as error:
            raise too_large("it unpacks to far more than it seems") from error
        length += len(pages[-1])
        if length > limits.characters:
            raise too_large(f"it holds more than {limits.characters:,} characters")
    return "\n\n".join(pages)
