"""Finds the documents in a file, an archive or a folder, one after the other."""

import json
import uuid
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO, Any

import orjson
from django.conf import settings
from rest_framework.exceptions import ValidationError

from config.problems import sentence
from retrieval.datastore import NewDocument
from retrieval.files import file_text
from retrieval.parsing import UnreadableFileError
from retrieval.serializers import DocumentSerializer, new_document

DOCUMENT = DocumentSerializer()
NAMESPACE = uuid.UUID("8e0c8a52-5b1f-4d5b-9a57-51c2f8f4a1d3")


@dataclass(frozen=True)
class BadRow:
    """Something that is no document; says where it stands and what is wrong."""

    where: str
    problem: str


Row = NewDocument | BadRow


def read_path(path: Path) -> Iterator[Row]:
    """Yield what is in a .json, .jsonl or .zip file, in any other that can be read, or a folder.

    An id that is not given is made from the file's name and the place in it, so that a second
    load finds the same documents again. Names and places hold the order: it is always the same.
    """
    if path.is_dir():
        for file in sorted(each for each in path.rglob("*") if each.is_file()):
            name = file.relative_to(path).as_posix()
            if not any(part.startswith(".") for part in PurePosixPath(name).parts):
                with file.open("rb") as opened:
                    yield from read_file(opened, name)
    elif zipfile.is_zipfile(path) and path.suffix.lower() == ".zip":
        yield from read_archive(path)
    else:
        with path.open("rb") as opened:
            yield from read_file(opened, path.name)


def read_archive(path: Path) -> Iterator[Row]:
    """Read the members of an archive, each up to the size of a file; their names are not paths."""
    with zipfile.ZipFile(path) as archive:
        for member in sorted(archive.infolist(), key=lambda member: member.filename):
            if member.is_dir():
                continue
            try:
                with archive.open(member) as opened:
                    content = opened.read(settings.RETRIEVAL_MAX_FILE_BYTES + 1)
            except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError) as error:
                yield BadRow(member.filename, f"cannot be unpacked: {error}")
                continue
            if len(content) > settings.RETRIEVAL_MAX_FILE_BYTES:
                yield BadRow(member.filename, "is too large unpacked. Split it.")
            else:
                yield from read_file(BytesIO(content), member.filename)


def read_file(file: IO[bytes], name: str) -> Iterator[Row]:
    suffix = PurePosixPath(name).suffix.lower()
    if suffix == ".jsonl":
        yield from read_lines(file, name)
    elif suffix == ".json":
        yield from read_list(file, name)
    else:
        try:
            text = file_text(file, name=name)
        except UnreadableFileError as error:
            yield BadRow(name, str(error))
        else:
            yield from document({"text": text, "metadata": {"source": "file"}}, name, name)


def read_lines(file: IO[bytes], name: str) -> Iterator[Row]:
    """Read a document a line, never the whole file."""
    for number, line in enumerate(file, 1):
        where = f"{name} line {number}"
        if line.strip():
            try:
                value = orjson.loads(line)
            except ValueError as error:
                yield BadRow(where, f"is not JSON: {error}")
            else:
                yield from document(value, where, f"{name}#{number}")


def read_list(file: IO[bytes], name: str) -> Iterator[Row]:
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
        yield from document(row, f"{name} document {number}", f"{name}#{number}")


def document(value: Any, where: str, made_from: str) -> Iterator[Row]:
    try:
        valid = DOCUMENT.run_validation(value)
    except ValidationError as error:
        yield BadRow(where, sentence(error.detail))
        return
    made_id = uuid.uuid5(NAMESPACE, made_from).hex
    yield new_document({**valid, "id": valid.get("id") or made_id})
