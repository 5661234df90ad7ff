"""Reads a form with a file, which goes straight to a temporary file of its own."""

import re
from tempfile import TemporaryFile
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files import uploadhandler
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import SkipFile, StopUpload
from django.http import HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.http import parse_header_parameters
from rest_framework.exceptions import ParseError
from rest_framework.parsers import MultiPartParser

from api.json_api import BodyTooLarge

FORM_ROOM = 64 * 1024  # bytes of a form beside its file
FILE_BYTES_OF_A_CALL = 256 * 1024  # so a file of ten mebibytes counts as forty calls


class FileUploadHandler(uploadhandler.FileUploadHandler):
    """Stops a file that grows too large, whatever its sender said of its size.

    It goes to a file without a name, which ends with the process, however that does.
    """

    stopped = False
    file: Any = None
    """The one that arrives."""
    goes_on = False
    """Whether what stands behind such a file in its form is read all the same."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.file = UploadedFile(
            TemporaryFile(),  # noqa: SIM115  (who reads the form closes it)
            self.file_name,
            self.content_type,
            0,
            self.charset,
            self.content_type_extra,
        )

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start + len(raw_data) > settings.RETRIEVAL_LOAD_MAX_BYTES:
            self.stopped = True
            if self.goes_on:
                raise SkipFile
            raise StopUpload(connection_reset=True)
        self.file.write(raw_data)

    def file_complete(self, file_size: int) -> Any:
        self.file.seek(0)
        self.file.size = file_size
        return self.file

    def upload_interrupted(self) -> None:
        if self.file:
            self.file.close()

    def __enter__(self) -> "FileUploadHandler":
        return self

    def __exit__(self, kind: object, *error: object) -> None:
        """Close the file where its form could not be read: nobody else knows of it."""
        if kind:
            self.upload_interrupted()


def too_large() -> BodyTooLarge:
    return BodyTooLarge(f"The file is too large: {mebibytes()} MiB at most. Split it.")


def mebibytes() -> str:
    """Return how large a file may be."""
    return f"{settings.RETRIEVAL_LOAD_MAX_BYTES / 1024**2:.4g}"


def receive(request: HttpRequest, *, times: int = 1) -> FileUploadHandler:
    """Let a request's file, whose form nothing has read yet, go to a file of its own.

    Raises BodyTooLarge for one whose length alone says that it is. Up to so many `times` of what a
    file may have, the form is read to its end, without a file that is too large.
    """
    said = request.META.get("CONTENT_LENGTH", "")
    size = int(said) if said.isdecimal() else 0
    if size > settings.RETRIEVAL_LOAD_MAX_BYTES * times + FORM_ROOM:
        raise too_large()
    handler = FileUploadHandler(request)
    handler.goes_on = times > 1
    request.upload_handlers = [handler]
    return handler


def declared_charset(file: Any) -> str:
    """Return the `charset` of the Content-Type that a part came with; Django keeps it as bytes."""
    said = file.charset or b""
    return said.decode("ascii", "replace") if isinstance(said, bytes) else str(said)


class UploadParser(MultiPartParser):
    """`multipart/form-data` (RFC 7578) alone."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        request = parser_context["request"]
        if not str(request.content_type).startswith("multipart/form-data"):
            raise ParseError(
                "Send the file as multipart/form-data, in a part named 'file': "
                "curl -F file=@notes.pdf …"
            )
        watched: Any = WatchedParts(stream, request.content_type)
        try:
            with receive(request._request) as handler:
                parsed: Any = super().parse(watched, request.content_type, parser_context)
        except RequestDataTooBig as error:
            raise BodyTooLarge from error
        except UnreadablePostError as error:
            raise ParseError("The file did not arrive whole. Send it again.") from error
        except (MultiPartParserError, ValueError) as error:
            raise ParseError(f"The form cannot be read: {error}") from error
        if handler.stopped:
            raise too_large()
        if watched.problem:
            for file in parsed.files.values():
                file.close()
            raise ParseError(watched.problem)
        return parsed


class WatchedParts:
    """A form on its way to Django's parser, which takes what is no UTF-8 as if it were.

    Of a text it makes other letters. With a header that is none it passes over the part, and
    whoever sent it would be told that it is missing.
    """

    def __init__(self, stream: Any, content_type: str) -> None:
        self.stream = stream
        _, options = parse_header_parameters(content_type)
        self.boundary = f"--{options.get('boundary', '')}".encode()
        self.unseen = b""
        self.in_headers = False
        self.text = ""
        """The name of the part that is being read, where it is a text."""
        self.problem = ""

    def read(self, size: int = -1) -> bytes:
        data: bytes = self.stream.read(size)
        self.look(self.unseen + data)
        return data

    def look(self, data: bytes) -> None:
        while True:
            before, end, after = data.partition(b"\r\n\r\n" if self.in_headers else self.boundary)
            if not end:  # it may come in two reads
                whole = self.in_headers or self.text
                self.unseen = data if whole else data[-len(self.boundary) :]
                return
            if self.in_headers:
                self.see_headers(before)
            elif self.text and not is_utf_8(before):
                self.problem = f"{self.text[:50]}: Is no UTF-8. Encode it as UTF-8."
            self.in_headers = not self.in_headers
            data = after

    def see_headers(self, headers: bytes) -> None:
        if not is_utf_8(headers):
            self.problem = (
                "The name of a part, or of its file, is no UTF-8. Encode it as UTF-8, or give the "
                "file a plain name."
            )
        name = re.search(rb'name="?([^";]+)', headers)
        is_file = b"filename" in headers.lower()
        self.text = name[1].decode(errors="replace") if name and not is_file else ""


def is_utf_8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
