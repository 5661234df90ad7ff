"""The retrieval API, for whichever plugin mounts it."""

from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, path, re_path

from plugins.plugin import API, Plugin
from retrieval import connectors, views
from retrieval.datastore import Datastore
from retrieval.pages import retrieval_pages

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
    curl_template = "retrieval/curl.html"

    def urls(self, plugin: Plugin) -> list[URLPattern]:
        def bound(view: type[views.RetrievalView], operation: str) -> Any:
            offered = operation in self.offers
            return view.as_view(store=plugin.store, offered=offered, **plugin.protection)

        return [
            path("upsert", bound(views.UpsertView, "upsertDocuments"), name="upsert"),
            path("upsert-file", bound(views.UpsertFileView, "upsertFile"), name="upsert-file"),
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

    def erase(self, plugin: Plugin, username: str) -> None:
        Datastore(plugin.store, username).delete_all()
