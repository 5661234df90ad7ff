"""Reads the file on standard input and prints its text as JSON. Run by `sandbox.py`."""

import json
import re
import resource
import sys
from collections.abc import Callable, Mapping
from io import BytesIO
from math import ceil
from typing import IO

from retrieval.parsing import Limits, UnreadableFileError, UnsupportedFileError, broken, too_large
from retrieval.parsing.documents import office_kind, read_docx, read_pdf, read_pptx
from retrieval.parsing.text import decoded, read_csv, read_html, read_json, read_text, tidy

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


def confine(limits: Limits) -> None:
    """Let this process take no more than its limits, and write no file but a small answer."""
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes,) * 2)
    seconds = ceil(limits.seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    # A mebibyte beside the text: room for what measures the tests, too.
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.characters * 12 + 2**20,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def read(content: bytes, suffix: str, limits: Limits) -> str:
    """Return the text of a file; raises UnreadableFileError, whatever the file holds."""
    kind = kind_of(content, suffix)
    try:
        text = tidy(KINDS[kind](BytesIO(content), limits))
    except UnreadableFileError:
        raise
    except Exception as error:  # whatever a reader raises on a file that its author forged
        raise broken(f"a {kind} file") from error
    if len(text) > limits.characters:
        raise too_large(f"it holds {len(text):,} characters, {limits.characters:,} at most")
    if not text.strip():
        hint = " Scanned pages hold pictures of text: run a text recognition first."
        raise UnreadableFileError(f"There is no text in the file.{hint if kind == 'pdf' else ''}")
    return text


def main() -> None:
    suffix, limits = sys.argv[1], Limits(**json.loads(sys.argv[2]))
    confine(limits)
    try:
        answer = {"text": read(sys.stdin.buffer.read(), suffix, limits)}
    except (UnreadableFileError, MemoryError, RecursionError) as error:
        known = isinstance(error, UnreadableFileError)
        refusal = error if known else broken("a file that is far too deep or large")
        answer = {"error": type(refusal).__name__, "message": str(refusal)}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
