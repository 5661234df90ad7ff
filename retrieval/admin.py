"""Collections, documents and chunks, to look into and to delete. What is in a chunk follows from
its document, so nothing is added or changed by hand."""

from textwrap import shorten
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from retrieval.datastore import Datastore
from retrieval.models import BEGINNING, Chunk, Collection, Document


class LookInside(admin.ModelAdmin[Any]):
    """Shows all and changes nothing: a document is whole, or gone, and chunks go with it."""

    show_full_result_count = False  # a second count of the whole table at each page

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission


@admin.register(Collection)
class CollectionAdmin(LookInside):
    list_display = ("__str__", "store", "username", "model", "dimension", "chunk_count")
    list_filter = ("store", "model")
    search_fields = ("username",)


@admin.register(Document)
class DocumentAdmin(LookInside):
    list_display = ("title", "key", "collection", "source", "author", "created_at", "updated_at")
    list_filter = ("collection__store", "source", "updated_at")
    list_select_related = ("collection",)
    search_fields = ("key", "text", "author", "source_id")
    search_help_text = "Search by id, text, author or source id"
    has_delete_permission = admin.ModelAdmin.has_delete_permission

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        listed = request.resolver_match and str(request.resolver_match.url_name).endswith("list")
        return rows.defer("text").annotate(beginning=BEGINNING) if listed else rows

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Name the documents alone: their chunks, perhaps thousands, go without saying."""
        names = [str(document) for document in objs]
        return names, {"documents": len(names)}, set(), []

    def delete_model(self, request: HttpRequest, obj: Document) -> None:
        """Delete as the API does: the collection's counts and the index go with it."""
        collection = obj.collection
        Datastore(collection.store, collection.username).delete_ids([obj.key])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Document]) -> None:
        for document in queryset.select_related("collection"):
            self.delete_model(request, document)


@admin.register(Chunk)
class ChunkAdmin(LookInside):
    list_display = ("id", "collection", "document", "position", "excerpt")
    list_filter = ("collection__store",)
    list_select_related = ("collection", "document")
    search_fields = ("text",)
    fields = ("collection", "document", "position", "text", "terms", "numbers")
    readonly_fields = ("numbers",)

    @admin.display(description="text")
    def excerpt(self, chunk: Chunk) -> str:
        return shorten(chunk.text, 100, placeholder=" …")

    @admin.display(description="embedding")
    def numbers(self, chunk: Chunk) -> str:
        return f"{len(chunk.vector)} numbers"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("document__text", "next_embedding")
