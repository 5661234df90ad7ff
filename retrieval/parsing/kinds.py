"""What kind a file is, told by its content, and who reads it."""

import json
import re
from collections.abc import Callable, Mapping
from importlib import import_module

from retrieval.parsing import (
    Source,
    UnreadableFileError,
    broken,
    signatures,
    too_large,
)
from retrieval.parsing.encodings import CONTROL, declared, decode

READERS: Mapping[str, tuple[str, str]] = {
    # A kind's module is loaded where the kind is read: loading all takes longer than most files.
    "txt": ("text", "read_text"),
    "md": ("text", "read_text"),
    "html": ("markup", "read_html"),
    "xml": ("markup", "read_xml"),
    "csv": ("records", "read_csv"),
    "json": ("records", "read_json"),
    "jsonl": ("records", "read_json_lines"),
    "rtf": ("rich_text", "read_rtf"),
    "mail": ("mail", "read_mail"),
    "pdf": ("pdf", "read_pdf"),
    "docx": ("word", "read_docx"),
    "pptx": ("slides", "read_pptx"),
    "xlsx": ("workbooks", "read_xlsx"),
    "odt": ("opendocument", "read_opendocument"),
    "ods": ("opendocument", "read_opendocument"),
    "odp": ("opendocument", "read_opendocument"),
    "epub": ("books", "read_epub"),
}
HTML = re.compile(r"<(!doctype html|html|head|body)\b", re.I)
XML = re.compile(r"<\?xml\s|<!DOCTYPE\s+\w")
PDF = re.compile(rb"[\s\x00\xef\xbb\xbf]*%PDF-")
MAILBOX = re.compile(rb"From \S+ +[A-Z][a-z]{2} [A-Z][a-z]{2} +\d+ \d\d:\d\d.*\r?\n[A-Za-z-]+:")
SUFFIXES = {
    **dict.fromkeys((".html", ".htm", ".xhtml", ".xht"), "html"),
    **dict.fromkeys((".md", ".markdown"), "md"),
    **dict.fromkeys((".csv", ".tsv"), "csv"),
    **dict.fromkeys((".jsonl", ".ndjson"), "jsonl"),
    **dict.fromkeys((".eml", ".mht", ".mhtml"), "mail"),
    ".xml": "xml",
    ".json": "json",
}
UNSEEN = re.compile("[\xad\u2060\ufeff]|(?<![\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff])\u200b")
"""Marks that no program shows: where a word may be broken. Thai, Lao, Burmese and Khmer part words
so."""


def read_source(source: Source) -> str:
    """Return the text of a file; raises UnreadableFileError, whatever the file holds."""
    kind = kind_of(source)
    module, reader = READERS[kind]
    read: Callable[[Source], str] = getattr(import_module(f"retrieval.parsing.{module}"), reader)
    try:
        text = tidy(read(source))
    except UnreadableFileError:
        raise
    except UnicodeError as error:
        raise signatures.no_text() from error
    except (MemoryError, RecursionError):
        raise
    except Exception as error:  # whatever a reader raises on a file that its author forged
        raise broken(f"a {kind} file") from error
    if len(text) > source.limits.characters:
        raise too_large(f"it holds {len(text):,} characters, {source.limits.characters:,} at most")
    if not text.strip():
        hint = " Scanned pages hold pictures of text: run a text recognition (OCR) first."
        raise UnreadableFileError(f"There is no text in the file.{hint if kind == 'pdf' else ''}")
    return text


def kind_of(source: Source) -> str:
    """Return a file's kind; its name's suffix only tells one kind of text from another.

    Raises UnreadableFileError for a kind that is not read here, and for what is locked.
    """
    content = source.content
    if PDF.match(content, 0, 1024):
        return "pdf"
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        from retrieval.parsing.packages import Package

        return Package.of(source).kind
    if content.startswith(b"{\\rtf"):
        return "rtf"
    if refusal := signatures.refusal(content, source.suffix):
        raise refusal
    if mail := mail_kind(content, source.suffix):
        return mail
    return text_kind(source)


def mail_kind(content: bytes, suffix: str) -> str:
    from retrieval.parsing.mail import is_mail

    if MAILBOX.match(content):
        raise signatures.unsupported("a mailbox of many mails", "Send its mails as .eml files.")
    if SUFFIXES.get(suffix) == "mail" or (
        suffix not in (".md", ".csv", ".html") and is_mail(content.lstrip())
    ):
        return "mail"
    return ""


def text_kind(source: Source) -> str:
    """Tell one kind of text from another."""
    content, suffix = source.content, source.suffix
    kind = SUFFIXES.get(suffix, "txt")
    probe = Source(content, source.limits, charset=source.charset)
    try:
        text = decode(probe)
    except UnicodeError as error:
        raise signatures.no_text() from error
    except UnreadableFileError:
        text = content[:4096].decode("latin-1")
        if not declared(content):  # by a page, or XML, itself
            raise
    start = after_comments(text)
    if kind == "html" or HTML.match(start):
        return "html"
    if kind == "xml" or XML.match(start):
        return "html" if re.search(r"<html\b", start[:1000], re.I) else "xml"
    source.decoded, source.notes = text, [*source.notes, *probe.notes]
    if text.lstrip()[:1] in ("{", "[") or kind == "json":
        return json_kind(text, kind)
    return kind


def json_kind(text: str, kind: str) -> str:
    """Tell JSON from JSON Lines, and from text that begins alike."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        from retrieval.parsing.records import json_lines

        lines = json_lines(text) if "\n" in text.strip() else None
        if lines and all(isinstance(line, (dict, list)) for line in lines):
            return "jsonl"
        if kind == "json":
            raise UnreadableFileError(
                "The file is named .json, but is not JSON: perhaps it has comments, or a comma too "
                "many. Mend it, or name it .txt."
            ) from None
        return kind
    return kind if kind == "jsonl" else "json"


def after_comments(text: str) -> str:
    """Return how a text goes on after the comments, and the XML line, that HTML may begin with."""
    text = text[:8192].lstrip("\ufeff \t\r\n")
    while text.startswith("<!--"):
        text = text.partition("-->")[2].lstrip()
    if text.startswith("<?xml") and HTML.match(text.partition("?>")[2].lstrip()):
        return text.partition("?>")[2].lstrip()
    return text


def tidy(text: str) -> str:
    """Return text without control characters and invisible marks, with one kind of line end."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return UNSEEN.sub("", CONTROL.sub("", text)).strip()
