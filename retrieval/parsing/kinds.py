"""Which kind a file is, by its content, and what reads it."""

import json
import re
from collections.abc import Callable, Mapping
from typing import IO

from retrieval.parsing import Limits, UnreadableFileError, UnsupportedFileError
from retrieval.parsing.office import office_kind, read_docx, read_pptx
from retrieval.parsing.pdf import read_pdf
from retrieval.parsing.text import decoded, read_csv, read_html, read_json, read_text

KINDS: Mapping[str, Callable[[IO[bytes], Limits], str]] = {
    "txt": read_text,
    "md": read_text,
    "html": read_html,
    "csv": read_csv,
    "json": read_json,
    "pdf": read_pdf,
    "docx": read_docx,
    "pptx": read_pptx,
}
HTML = re.compile(r"<(!doctype html|html|head|body)\b", re.I)
PDF = re.compile(rb"[\s\x00\xef\xbb\xbf]*%PDF-")
TEXT_SUFFIXES = {".md": "md", ".markdown": "md", ".csv": "csv", ".tsv": "csv", ".txt": "txt"}


def kind_of(content: bytes, suffix: str = "") -> str:
    """Return a file's kind; its name's suffix only tells one kind of text from another.

    Raises UnsupportedFileError for a kind that is not read here.
    """
    if PDF.match(content, 0, 1024):
        return "pdf"
    if content.startswith(b"PK\x03\x04"):
        if kind := office_kind(content):
            return kind
        raise UnsupportedFileError(
            "This is an archive. Unpack it and send the files in it, one by one."
        )
    text = decoded(content)
    if HTML.match(after_comments(text)) or suffix in (".html", ".htm", ".xhtml"):
        return "html"
    if text.lstrip()[:1] in ("{", "[") or suffix == ".json":
        try:
            json.loads(text)
        except (ValueError, RecursionError):
            if suffix == ".json":
                raise UnreadableFileError(
                    "The file is named .json, but is not JSON. Mend it, or name it .txt."
                ) from None
        else:
            return "json"
    return TEXT_SUFFIXES.get(suffix, "txt")


def after_comments(text: str) -> str:
    """Return how a text goes on after the comments that HTML may begin with."""
    text = text[:4096].lstrip()
    while text.startswith("<!--"):
        text = text.partition("-->")[2].lstrip()
    return text
