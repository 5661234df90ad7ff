"""The retrieval API: each view is mounted by every retrieval plugin."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.datastructures import MultiValueDict
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from api.exceptions import ProblemSerializer
from api.views import APIView, Response
from plugins.mcp.widgets import Widget
from retrieval import exceptions, parsing, responses, serializers
from retrieval.answers import fitting, left_out
from retrieval.datastore import Datastore
from retrieval.fields import KEY_PATTERN
from retrieval.models import KEY_MAX_LENGTH
from retrieval.search import Hit

# One of each validates every request: building a serializer costs more than running it.
UPSERT = serializers.UpsertSerializer()
QUERIES = serializers.QueriesSerializer()
DELETE = serializers.DeleteSerializer()
PART = serializers.PartSerializer()


class RetrievalView(APIView):
    """An operation on the documents that the mount, and who calls, decide."""

    store = ""
    offered = True  # whether the plugin's models are
    overwrites: ClassVar = False  # whether what is sent may take the place of what is there
    reads: ClassVar[tuple[str, ...]] = ()
    domain_errors: ClassVar[Mapping[type[Exception], int]] = {
        exceptions.NoSuchDocumentError: 404,
        exceptions.NoSuchLoadError: 404,
        exceptions.RefusedError: 409,
        exceptions.TooManyChunksError: 413,
        exceptions.UnavailableError: 503,
        parsing.UnreadableFileError: 422,
        parsing.FileTooLargeError: 413,
        parsing.UnsupportedFileError: 415,
    }

    @property
    def datastore(self) -> Datastore:
        credential: Any = self.request.auth
        return Datastore(self.store, credential.username if credential else "")


CONFLICT = OpenApiResponse(
    ProblemSerializer, "It does not fit what is stored; nothing was changed."
)


class UpsertView(RetrievalView):
    overwrites = True
    bytes_of_a_call = 16 * 1024  # some sixteen passages: a tenth of a second, or two

    @extend_schema(
        operation_id="upsertDocuments",
        summary="Save documents, so that they can be found later",
        description="A document whose id is there already is replaced. All are saved, or none.",
        request=serializers.UpsertSerializer,
        responses={
            200: OpenApiResponse(responses.IdsSerializer, "They were saved."),
            409: CONFLICT,
        },
    )
    def post(self, request: Request) -> Response:
        body = UPSERT.run_validation(request.data)
        return Response({"ids": self.datastore.upsert(body["documents"])})


class QueryView(RetrievalView):
    reads = ("POST",)
    bytes_of_a_call = 2 * 1024  # a long question, or several short ones
    widgets: ClassVar = {
        "POST": Widget(
            name="passages",
            title="The passages found",
            description="Shows the passages that answer each question, and what they are from.",
            template="retrieval/widget.html",
        )
    }

    @extend_schema(
        operation_id="queryDocuments",
        summary="Search the saved documents for passages that answer questions",
        description="Ask in whole sentences. Break a complex question into several queries, and "
        "use a filter when the source, author or date is known.",
        request=serializers.QueriesSerializer,
        responses={
            200: OpenApiResponse(responses.QueryResultsSerializer, "What was found."),
            409: CONFLICT,
        },
    )
    def post(self, request: Request) -> Response:
        body = QUERIES.run_validation(request.data)
        queries, embeddings = body["queries"], "include_embeddings" in body
        found = self.datastore.query(queries)
        kept = fitting(found)
        results = [
            {"query": query, "results": [result(hit, embedding=embeddings) for hit in hits]}
            for (query, _, _), hits in zip(queries, kept, strict=True)
        ]
        note = left_out(found, kept)
        return Response({"results": results, "note": note} if note else {"results": results})


class DeleteView(RetrievalView):
    @extend_schema(
        operation_id="deleteDocuments",
        summary="Delete saved documents",
        description="By their ids, by a filter, or all of them: exactly one of the three.",
        request=serializers.DeleteSerializer,
        responses={200: OpenApiResponse(responses.DeletedSerializer, "They are gone.")},
    )
    def delete(self, request: Request) -> Response:
        match DELETE.run_validation(request.data):
            case {"ids": ids}:
                deleted = self.datastore.delete_ids(ids)
            case {"filter": where}:
                deleted = self.datastore.delete_where(where)
            case {"delete_all": True}:
                deleted = self.datastore.delete_all()
        return Response({"success": True, "deleted": deleted})


class DocumentView(RetrievalView):
    reads = ("GET", "HEAD")

    @extend_schema(
        operation_id="getDocument",
        summary="Read a saved document as a whole",
        description="Its id is the document_id of a search result. A long text is read in parts: "
        "where the answer has a next_offset, go on from there.",
        parameters=[
            serializers.PartSerializer,
            OpenApiParameter(
                "id",
                {
                    "type": "string",
                    "minLength": 1,
                    "maxLength": KEY_MAX_LENGTH,
                    "pattern": KEY_PATTERN,
                    "example": responses.KEY,
                },
                OpenApiParameter.PATH,
                description="The document's id.",
            ),
        ],
        responses={
            200: OpenApiResponse(responses.FoundDocumentSerializer, "The document."),
            404: OpenApiResponse(ProblemSerializer, "There is no document of that id."),
        },
    )
    def get(self, request: Request, id: str) -> Response:  # noqa: A002
        part = PART.run_validation(once(request.query_params))
        document = self.datastore.get(id)
        start, end, length = part["offset"], part["offset"] + part["limit"], len(document.text)
        body: dict[str, Any] = {
            "id": document.key,
            "text": document.text[start:end],
            "metadata": document.metadata.as_text(),
        }
        if start or end < length:
            body["length"] = length
        if end < length:
            body["next_offset"] = end
        return Response(body)


def once(parts: Any, *, but: str = "") -> dict[str, Any]:
    """Return the parts of a form; of one that is there twice, neither would be meant."""
    lists = parts.lists() if isinstance(parts, MultiValueDict) else ()  # no body is no form
    for name, values in lists:
        if len(values) > 1 and name != but:
            raise ValidationError({name[:50]: "Is there more than once. Send it once."})
    return dict(parts.items())


def result(hit: Hit, *, embedding: bool) -> dict[str, Any]:
    """Return the response's part for a hit."""
    chunk = hit.chunk
    body = {
        "id": chunk.key,
        "text": chunk.text,
        "metadata": {**chunk.document.metadata.as_text(), "document_id": chunk.document.key},
        "score": round(hit.score, 4),
    }
    if embedding:
        body["embedding"] = chunk.vector.tolist()
    return body
