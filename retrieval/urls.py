"""The retrieval API, for whichever plugin mounts it."""

from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, path, re_path

from api.personal_data import Kept, kept_rows
from plugins.plugin import API, Plugin
from plugins.samples import Sample
from retrieval import connectors, views
from retrieval.datastore import Datastore
from retrieval.loads import views as loads
from retrieval.loads.models import Load
from retrieval.loads.receiving import forget
from retrieval.models import Collection, Document
from retrieval.pages import permitted, retrieval_pages

READING = frozenset({"queryDocuments", "getDocument"})
REMEMBERING = READING | {"upsertDocuments"}
CONNECTING = frozenset({"search", "fetch"})
"""What ChatGPT's connectors and deep research ask for, by these names."""


@dataclass(frozen=True)
class RetrievalAPI(API):
    """All of it is served; the plugin's OpenAPI document shows what it `offers`.

    A model does what it is offered: one that answers questions need not be able to delete.
    """

    offers: frozenset[str] = READING
    home = "library"
    title = "Documents"
    summary = "Save texts and files, ask in your own words, and get the passages that answer."
    samples = (
        Sample(
            title="Save a document",
            method="POST",
            path="upsert",
            body={
                "documents": [{"text": "The office is closed on the last Friday of each month."}]
            },
        ),
        Sample(
            title="Ask, in other words",
            method="POST",
            path="query",
            body={"queries": [{"query": "When can nobody be reached at work?"}]},
        ),
    )

    def urls(self, plugin: Plugin) -> list[URLPattern]:
        def bound(view: type[views.RetrievalView], operation: str) -> Any:
            offered = operation in self.offers
            return view.as_view(store=plugin.store, offered=offered, **plugin.protection)

        return [
            path("upsert", bound(views.UpsertView, "upsertDocuments"), name="upsert"),
            path("upsert-file", bound(loads.UpsertFileView, "upsertFile"), name="upsert-file"),
            path("loads", bound(loads.LoadsView, "listLoads"), name="loads"),
            path("loads/<uuid:uuid>", bound(loads.LoadView, "getLoad"), name="load"),
            path("query", bound(views.QueryView, "queryDocuments"), name="query"),
            path("search", bound(connectors.SearchView, "search"), name="search"),
            path("fetch", bound(connectors.FetchView, "fetch"), name="fetch"),
            path("delete", bound(views.DeleteView, "deleteDocuments"), name="delete"),
            # Any character at all: a server hands "%2F" on as "/".
            re_path(
                r"^documents/(?P<id>[\s\S]+)$",
                bound(views.DocumentView, "getDocument"),
                name="document",
            ),
        ]

    def pages(self, plugin: Plugin) -> list[URLPattern]:
        return retrieval_pages(plugin)

    def opens_pages(self, plugin: Plugin, user: Any) -> bool:
        return permitted(plugin, user)

    def kept(self, plugin: Plugin, username: str | None = None) -> list[Kept]:
        collections = Collection.objects.filter(store=plugin.store)
        query: dict[str, object] = {"collection__store": plugin.store}
        if username is not None:
            collections = collections.filter(username=username)
            # Nothing was ever put in where there is no collection.
            query = {"collection__id__exact": collections.values_list("pk", flat=True).first() or 0}
        whose = {} if username is None else {"username": username}
        return [
            kept_rows(
                Document.objects.filter(collection__in=collections),
                *("key", "text", "source", "source_id", "url", "author", "created_at"),
                name=f"{plugin.slug}_documents",
                one="document",
                many="documents",
                where=plugin.name_for_human,
                query=query,
            ),
            kept_rows(
                Load.objects.filter(store=plugin.store, **whose),
                *("name", "key", "metadata", "stage", "problem", "created_at", "ended_at"),
                name=f"{plugin.slug}_loads",
                one="file saved in the background",
                many="files saved in the background",
                where=plugin.name_for_human,
                query={"store__exact": plugin.store, **whose},
            ),
        ]

    def usernames(self, plugin: Plugin) -> int:
        kept = Collection.objects.filter(store=plugin.store, chunk_count__gt=0)
        return kept.exclude(username="").count()

    def erase(self, plugin: Plugin, username: str) -> None:
        forget(Datastore(plugin.store, username))
        Datastore(plugin.store, username).delete_all()
