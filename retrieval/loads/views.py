"""Files as the API takes them: saved at once, or in the background; and how far those are."""

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from api.exceptions import ProblemSerializer
from api.views import Response
from retrieval import responses, serializers
from retrieval.loads.archives import is_archive
from retrieval.loads.at_once import Saved, saving
from retrieval.loads.models import Load
from retrieval.loads.receiving import Received, begin, cancel, find, loads
from retrieval.loads.status import statuses
from retrieval.metadata import UNKNOWN
from retrieval.parsing.signatures import KINDS
from retrieval.uploads import FILE_BYTES_OF_A_CALL, UploadParser, declared_charset
from retrieval.views import CONFLICT, RetrievalView, once

UPLOAD = serializers.UploadSerializer()
WAIT = serializers.WaitSerializer()
BEFORE = serializers.BeforeSerializer()
NO_LOAD = OpenApiResponse(ProblemSerializer, "There is no load of that id.")
A_PAGE = 50  # loads
ID = OpenApiParameter(
    "uuid",
    {"type": "string", "format": "uuid", "example": responses.LOAD},
    OpenApiParameter.PATH,
    description="The load's id.",
)


class UpsertFileView(RetrievalView):
    parser_classes = [UploadParser]
    bytes_of_a_call = FILE_BYTES_OF_A_CALL

    @extend_schema(
        operation_id="upsertFile",
        summary="Save the text of a file, so that it can be found later",
        description=KINDS,
        parameters=[serializers.WaitSerializer],
        request={"multipart/form-data": serializers.UploadSerializer},
        responses={
            200: OpenApiResponse(responses.UploadedSerializer, "It was saved."),
            202: OpenApiResponse(
                responses.LoadingSerializer, "It was received, and is saved in the background."
            ),
            409: CONFLICT,
            415: OpenApiResponse(ProblemSerializer, "No kind of file that can be read."),
            422: OpenApiResponse(ProblemSerializer, "The file is broken, locked or has no text."),
        },
    )
    def post(self, request: Request) -> Response:
        wait = WAIT.run_validation(once(request.query_params)).get("wait")
        files, body = self.sent(request)
        try:
            received = [
                Received(
                    file=file,
                    name=str(file.name),
                    size=file.size or 0,
                    key=body.get("id", ""),
                    metadata=body.get("metadata", UNKNOWN),
                    encoding=body.get("encoding", "") or declared_charset(file),
                )
                for file in files
            ]
            if wait is False or len(files) > 1 or is_archive(files[0], received[0].name):
                return self.told([begin(self.datastore, each) for each in received])
            return self.saved(received[0], waits=bool(wait))
        finally:
            for file in files:
                file.close()

    def sent(self, request: Request) -> tuple[list[Any], dict[str, Any]]:
        """Return the files, and what is said of them."""
        body = UPLOAD.run_validation(once(request.data, but="file"))
        files: list[Any] = request.data.getlist("file")  # type: ignore[union-attr]
        if not all(isinstance(file, UploadedFile) for file in files):
            raise ValidationError({"file": "Is no file. Send it with a file name."})
        if len(files) > 1 and "id" in body:
            raise ValidationError({"id": "Names one document. Send one file with it."})
        return files, body

    def saved(self, one: Received, *, waits: bool) -> Response:
        """Save a file at once; where that takes long in the background, unless its sender waits."""
        *_, made = saving(self.datastore, one, waits=waits)
        if not isinstance(made, Saved):
            return self.told([cast("Load", made)])
        notes = list(made.notes)
        return Response({"ids": [made.id], "notes": notes} if notes else {"ids": [made.id]})

    def told(self, begun: Sequence[Load]) -> Response:
        told = statuses(self.request, begun)
        ids = [each["document_id"] for each in told if "document_id" in each]
        headers = {"Location": told[0]["status_url"]}
        return Response({"ids": ids, "loads": told}, status=202, headers=headers)


class LoadsView(RetrievalView):
    reads = ("GET", "HEAD")

    @extend_schema(
        operation_id="listLoads",
        summary="See how far the files are that are saved in the background",
        description="Those that came last come first. What has ended is listed for some days.",
        parameters=[serializers.BeforeSerializer],
        responses={200: OpenApiResponse(responses.LoadsSerializer, "The files.")},
    )
    def get(self, request: Request) -> Response:
        before = BEFORE.run_validation(once(request.query_params)).get("before")
        found = loads(self.datastore).filter(archive=None).order_by("-pk")
        if before:
            found = found.filter(pk__lt=find(self.datastore, before).pk)
        page = list(found[: A_PAGE + 1])
        body: dict[str, Any] = {"loads": statuses(request, page[:A_PAGE])}
        if len(page) > A_PAGE:
            body["next_before"] = page[A_PAGE - 1].uuid
        return Response(body)


class LoadView(RetrievalView):
    reads = ("GET", "HEAD")

    @extend_schema(
        operation_id="getLoad",
        summary="See how far a file is that is saved in the background",
        description="Ask again every few seconds, until it is stored, unpacked, failed or "
        "cancelled. Of an archive, its files have to be, too.",
        parameters=[ID],
        responses={200: OpenApiResponse(responses.LoadSerializer, "The file."), 404: NO_LOAD},
    )
    def get(self, request: Request, uuid: UUID) -> Response:
        [told] = statuses(request, [find(self.datastore, uuid)])
        return Response(told)

    @extend_schema(
        operation_id="cancelLoad",
        summary="Cancel the saving of a file",
        description="Of an archive, of all its files. What is stored stays.",
        parameters=[ID],
        request=None,
        responses={200: OpenApiResponse(responses.CancelledSerializer, "It ends."), 404: NO_LOAD},
    )
    def delete(self, request: Request, uuid: UUID) -> Response:
        return Response({"success": cancel(find(self.datastore, uuid))})
