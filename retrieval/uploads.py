"""Reads a form with a file, which goes straight to a temporary file of its own."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler
from django.http import HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from rest_framework.exceptions import ParseError
from rest_framework.parsers import MultiPartParser

from api.json_api import BodyTooLarge

FORM_ROOM = 64 * 1024  # bytes of a form beside its file


class FileUploadHandler(TemporaryFileUploadHandler):
    """Stops a file that grows too large, whatever its sender said of its size."""

    stopped = False

    def new_file(self, field_name: str, file_name: str, *args: Any, **kwargs: Any) -> None:
        """Give the file on the disk no part of a name that its sender chose."""
        super().new_file(field_name, "upload", *args, **kwargs)
        self.file.name = file_name

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start + len(raw_data) > settings.RETRIEVAL_MAX_FILE_BYTES:
            self.stopped = True
            raise StopUpload(connection_reset=True)
        super().receive_data_chunk(raw_data, start)


def too_large() -> BodyTooLarge:
    megabytes = settings.RETRIEVAL_MAX_FILE_BYTES / 1024**2
    return BodyTooLarge(f"The file is too large: {megabytes:g} MiB at most. Split it.")


def receive(request: HttpRequest) -> FileUploadHandler:
    """Let a request's file, whose form nothing has read yet, go to a file of its own.

    Raises BodyTooLarge for one whose length alone says that it is.
    """
    said = request.META.get("CONTENT_LENGTH", "")
    size = int(said) if said.isdecimal() else 0
    if size > settings.RETRIEVAL_MAX_FILE_BYTES + FORM_ROOM:
        raise too_large()
    handler = FileUploadHandler(request)
    request.upload_handlers = [handler]
    return handler


class UploadParser(MultiPartParser):
    """`multipart/form-data` (RFC 7578) alone."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        request = parser_context["request"]
        if not str(request.content_type).startswith("multipart/form-data"):
            raise ParseError(
                "Send the file as multipart/form-data, in a part named 'file': "
                "curl -F file=@notes.pdf …"
            )
        handler = receive(request._request)
        try:
            parsed = super().parse(stream, request.content_type, parser_context)
        except RequestDataTooBig as error:
            raise BodyTooLarge from error
        except UnreadablePostError as error:
            raise ParseError("The file did not arrive whole. Send it again.") from error
        except (MultiPartParserError, ValueError) as error:
            raise ParseError(f"The form cannot be read: {error}") from error
        if handler.stopped:
            raise too_large()
        return parsed
