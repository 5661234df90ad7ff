"""Finds the documents in a file, an archive or a folder, one after the other."""

import hashlib
import json
import uuid
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass, replace
from io import BufferedReader, BytesIO
from pathlib import Path, PurePosixPath
from typing import Any

import orjson
from django.conf import settings
from rest_framework.exceptions import ValidationError

from api.exceptions import sentence
from retrieval import chunking
from retrieval.datastore import NewDocument
from retrieval.metadata import Metadata
from retrieval.parsing import UnreadableFileError
from retrieval.parsing.sandbox import read_file
from retrieval.serializers import DocumentSerializer

DOCUMENT = DocumentSerializer()
BOM = b"\xef\xbb\xbf"
UNPACKING = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, OSError)
READING = 2  # goes up when files are read in another way: the next load brings them anew
NAMESPACE = uuid.UUID("8e0c8a52-5b1f-4d5b-9a57-51c2f8f4a1d3")


@dataclass(frozen=True)
class BadRow:
    """Something that is no document; says where it stands and what is wrong."""

    where: str
    problem: str


Row = NewDocument | BadRow | None
"""None stands for a file that is in already as it is, and was not read again."""
Binary = BufferedReader | BytesIO


@dataclass(frozen=True)
class Reader:
    """Reads what is in a file or folder, and passes over a file that is known as it is.

    An id that is not given is made from where the document lies, so that a second load finds
    the same documents again. Names and places hold the order: it is always the same.
    """

    root: Path
    known: Callable[[str, str], bool]
    """Tells whether a document of an id is in with a digest."""
    tell: Callable[[str], None]
    """Takes what was guessed of a file, and what was not read."""

    def rows(self) -> Iterator[Row]:
        """Yield what is in a .json, .jsonl or .zip file, any other that can be read, or a folder.

        Hidden files, links, and what is no file are left out.
        """
        if self.root.is_dir():
            for file in sorted(self.root.rglob("*")):
                name = file.relative_to(self.root)
                hidden = any(part.startswith(".") for part in name.parts)
                # A link may lead out of the folder that was named.
                if file.is_file() and not file.is_symlink() and not hidden:
                    yield from self.path(file, name.as_posix())
        elif self.root.suffix.lower() == ".zip" and zipfile.is_zipfile(self.root):
            yield from self.archive()
        else:
            yield from self.path(self.root, self.root.name)

    def path(self, path: Path, name: str) -> Iterator[Row]:
        try:
            with path.open("rb") as opened:
                yield from self.file(opened, name)
        except OSError as error:
            yield BadRow(name, f"cannot be read: {error.strerror}.")

    def archive(self) -> Iterator[Row]:
        """Read the members, each up to the size of a file; their names are not paths."""
        with zipfile.ZipFile(self.root) as archive:
            for member in sorted(archive.infolist(), key=lambda member: member.filename):
                if member.is_dir():
                    continue
                try:
                    with archive.open(member) as opened:
                        content = opened.read(settings.RETRIEVAL_MAX_FILE_BYTES + 1)
                except UNPACKING as error:
                    yield BadRow(member.filename, f"cannot be unpacked: {error}")
                    continue
                if len(content) > settings.RETRIEVAL_MAX_FILE_BYTES:
                    yield BadRow(member.filename, "is too large unpacked. Split it.")
                else:
                    yield from self.file(BytesIO(content), member.filename)

    def file(self, file: Binary, name: str) -> Iterator[Row]:
        suffix = PurePosixPath(name).suffix.lower()
        if suffix == ".jsonl":
            yield from self.lines(file, name)
        elif suffix == ".json":
            yield from self.array(file, name)
        else:
            yield self.text(file, name)

    def text(self, file: Binary, name: str) -> Row:
        key = self.made_id(name)
        digest = fingerprint(hashlib.file_digest(file, "sha256").hexdigest())
        if self.known(key, digest):
            return None
        file.seek(0)
        try:
            parsed = read_file(file, name=name)
        except UnreadableFileError as error:
            return BadRow(name, str(error))
        for note in parsed.notes:
            self.tell(f"{name}: {note}")
        metadata = Metadata.of_file(name.encode(errors="replace").decode())
        return NewDocument(id=key, text=parsed.text, metadata=metadata, digest=digest)

    def lines(self, file: Binary, name: str) -> Iterator[Row]:
        """Read a document a line, never the whole file."""
        for number, line in enumerate(file, 1):
            where = f"{name} line {number}"
            if line.removeprefix(BOM).strip():
                try:
                    value = orjson.loads(line.removeprefix(BOM))
                except orjson.JSONDecodeError as error:
                    yield BadRow(where, f"is not JSON: {error.msg}, at character {error.colno}.")
                else:
                    yield self.row(value, where, f"{name}#{number}")

    def array(self, file: Binary, name: str) -> Iterator[Row]:
        """Read a list of documents, or an object that holds one as an upsert does."""
        try:
            value: Any = json.load(file)
        except (ValueError, RecursionError) as error:
            yield BadRow(name, f"is not JSON: {error}")
            return
        rows = value.get("documents") if isinstance(value, dict) else value
        if not isinstance(rows, list):
            yield BadRow(name, 'holds no list of documents like [{"text": "…"}].')
            return
        for number, row in enumerate(rows, 1):
            yield self.row(row, f"{name} document {number}", f"{name}#{number}")

    def row(self, value: Any, where: str, place: str) -> Row:
        try:
            document: NewDocument = DOCUMENT.run_validation(value)
        except ValidationError as error:
            return BadRow(where, sentence(error.detail))
        key = value.get("id") or self.made_id(place)
        # In this order, whatever becomes of the class: it is what earlier loads are known by.
        content = (document.text, key, *astuple(document.metadata), "")
        return replace(document, id=key, digest=fingerprint(content))

    def made_id(self, place: str) -> str:
        """Return an id for what has none; two folders may hold files of one name."""
        whole = f"{self.root.resolve()}:{place}"
        return uuid.uuid5(NAMESPACE, whole.encode(errors="surrogateescape").hex()).hex


def fingerprint(content: object) -> str:
    """Tell whether a document, and how it is cut, is the same as before."""
    cut = (settings.RETRIEVAL_CHUNK_TOKENS, settings.RETRIEVAL_CHUNK_OVERLAP, chunking.VERSION)
    how = (READING, *cut)
    return hashlib.sha256(repr((content, how)).encode()).hexdigest()
