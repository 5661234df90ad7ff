"""The retrieval API, for whichever plugin mounts it."""

from collections.abc import Collection
from functools import partial
from typing import Any

from django.urls import URLPattern, path, re_path

from config.manifest import API, Mount
from retrieval import views
from retrieval.datastore import Datastore
from retrieval.pages import retrieval_pages

READING = frozenset({"queryDocuments", "getDocument"})
REMEMBERING = READING | {"upsertDocuments"}


def erase_documents(store: str, username: str) -> None:
    """Delete all of a person's documents."""
    Datastore(store, username).delete_all()


def retrieval_urls(mount: Mount, *, offers: Collection[str]) -> list[URLPattern]:
    """Return the API's URL patterns, bound to one plugin's store and protection."""

    def bound(view: type[views.RetrievalView], operation: str) -> Any:
        hidden: dict[str, Any] = {} if operation in offers else {"schema": None}
        return view.as_view(store=mount.store, **mount.protection, **hidden)

    return [
        path("upsert", bound(views.UpsertView, "upsertDocuments"), name="upsert"),
        path("upsert-file", bound(views.UpsertFileView, "upsertFile"), name="upsert-file"),
        path("query", bound(views.QueryView, "queryDocuments"), name="query"),
        path("delete", bound(views.DeleteView, "deleteDocuments"), name="delete"),
        # Any character at all: a server hands "%2F" on as "/".
        re_path(
            r"^documents/(?P<id>[\s\S]+)$",
            bound(views.DocumentView, "getDocument"),
            name="document",
        ),
    ]


def retrieval_api(*, offers: Collection[str] = READING) -> API:
    """Return the API, all of it served; the plugin's OpenAPI document shows what it `offers`.

    A model does what it is offered: one that answers questions need not be able to delete.
    """
    return API(
        endpoints=partial(retrieval_urls, offers=offers),
        example_template="examples/retrieval.html",
        erase=erase_documents,
        pages=retrieval_pages,
    )
