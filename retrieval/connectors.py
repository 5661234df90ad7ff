"""`search` and `fetch`: the two operations by which ChatGPT's connectors and deep research read.

Their names and answers are those that OpenAI's documentation of MCP servers for connectors asks
for. All else that they do, the other operations do too.
"""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request

from api.exceptions import ProblemSerializer
from api.views import Response
from plugins.mounts import PluginRequest
from retrieval import responses, serializers
from retrieval.answers import beginning
from retrieval.exceptions import NoSuchDocumentError
from retrieval.filters import EVERYTHING
from retrieval.models import BEGINNING, Document
from retrieval.search import Hit
from retrieval.views import CONFLICT, RetrievalView, once

RESULTS = 10  # documents
PASSAGES = 100  # among whose documents the results are

# One of each validates every request: building a serializer costs more than running it.
SEARCH, FETCH = serializers.SearchSerializer(), serializers.FetchSerializer()


class SearchView(RetrievalView):
    reads = ("GET", "HEAD")

    @extend_schema(
        operation_id="search",
        summary="Find the saved documents that answer a question",
        description="Ask in a whole sentence. The best document comes first; read it with fetch.",
        parameters=[serializers.SearchSerializer],
        responses={
            200: OpenApiResponse(responses.FoundSerializer, "What was found."),
            409: CONFLICT,
        },
    )
    def get(self, request: Request) -> Response:
        query = SEARCH.run_validation(once(request.query_params))
        [hits] = self.datastore.query([(query["query"], EVERYTHING, PASSAGES)])
        results = [
            {"id": each.key, "title": each.title, "url": page(request, each)}
            for each in documents(hits)
        ]
        return Response({"results": results})


class FetchView(RetrievalView):
    reads = ("GET", "HEAD")

    @extend_schema(
        operation_id="fetch",
        summary="Read a document that search found",
        description="Its whole text, what is known of it, and a page where a person can see it.",
        parameters=[serializers.FetchSerializer],
        responses={
            200: OpenApiResponse(responses.FetchedSerializer, "The document."),
            404: OpenApiResponse(ProblemSerializer, "There is no document of that id."),
        },
    )
    def get(self, request: Request) -> Response:
        key = FETCH.run_validation(once(request.query_params))["id"]
        try:
            document = self.datastore.get(key)
        except NoSuchDocumentError as error:
            raise NoSuchDocumentError(
                "There is no document of that id. Call search: each of its results bears the id "
                "of a document."
            ) from error
        body: dict[str, Any] = {
            "id": document.key,
            "title": document.title,
            "text": beginning(document.text),
            "url": page(request, document),
        }
        if metadata := document.metadata.as_text():
            body["metadata"] = metadata
        return Response(body)


def documents(hits: Iterable[Hit]) -> list[Document]:
    """Return the documents that passages are of, each once, by the best of its passages."""
    keys = list(dict.fromkeys(hit.chunk.document_id for hit in hits))[:RESULTS]
    found = Document.objects.defer("text").annotate(beginning=BEGINNING).in_bulk(keys)
    return [found[key] for key in keys if key in found]  # one may have gone meanwhile


def page(request: PluginRequest | Request, document: Document) -> str:
    """Return where a person can see a document: whoever may, signed in where that is asked."""
    mount = request.mount  # type: ignore[union-attr]
    return f"{mount.url('pages:document')}?{urlencode({'id': document.key})}"
