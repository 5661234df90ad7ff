"""Collections, documents and chunks, to look into and to delete. What is in a chunk follows from
its document, so nothing is added or changed by hand."""

from textwrap import shorten
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from plugins.owner import owner
from retrieval.datastore import Datastore
from retrieval.loads.models import Load
from retrieval.models import BEGINNING, Chunk, Collection, Document

IN_NO_STORE = {"collection__in": Collection.objects.filter(store="")}


class LookInside(admin.ModelAdmin[Any]):
    """Changes nothing: a document is whole, or gone, and chunks go with it.

    Shows what is in a plugin's store, neither what is being swept nor drafts.
    """

    show_full_result_count = False  # a second count of the whole table at each page
    in_no_store: ClassVar[dict[str, Any]] = {"store": ""}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).exclude(**self.in_no_store)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission


class Stores(admin.AllValuesFieldListFilter):
    """Offers the stores there are: what is in none is not shown."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lookup_choices = self.lookup_choices.exclude(store="")


@admin.register(Collection)
class CollectionAdmin(LookInside):
    list_display = ("__str__", "store", owner, "documents_in_it", "chunk_count", "model")
    list_filter = ("store", "model")
    search_fields = ("username",)

    @admin.display(description="documents")
    def documents_in_it(self, collection: Collection) -> Any:
        query = urlencode({"collection__id__exact": collection.pk})
        url = reverse("admin:retrieval_document_changelist")
        return format_html('<a href="{}?{}">look at them</a>', url, query)


@admin.register(Document)
class DocumentAdmin(LookInside):
    in_no_store = IN_NO_STORE
    list_display = ("title", "key", "whose", "source", "author", "created_at", "updated_at")
    list_filter = (("collection__store", Stores), "source", "updated_at")
    list_select_related = ("collection",)
    search_fields = ("key", "text", "author", "source_id")
    search_help_text = "Search by id, text, author or source id"
    has_delete_permission = admin.ModelAdmin.has_delete_permission

    @admin.display(description="collection", ordering="collection")
    def whose(self, document: Document) -> Any:
        collection = document.collection
        if not collection.username:
            return collection
        return format_html("{}/{}", collection.store, owner(collection))

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
    in_no_store = IN_NO_STORE
    list_display = ("id", "collection", "document", "position", "excerpt")
    list_filter = (("collection__store", Stores),)
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


@admin.register(Load)
class LoadAdmin(LookInside):
    list_display = ("name", "store", owner, "stage", "embedded", "passages", "created_at")
    list_filter = ("stage", "store", "created_at")
    search_fields = ("name", "username", "problem")
    exclude = ("draft",)
    date_hierarchy = "created_at"
