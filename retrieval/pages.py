"""Pages for people: their documents, to add, list, search, read and delete."""

import re
from collections.abc import Callable, Iterable
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.db.models import Count
from django.db.models.functions import Length
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from api.json_api import BodyTooLarge
from api.throttling import Limit, client_address
from plugins.mounts import PluginRequest
from plugins.plugin import Plugin
from retrieval.datastore import Datastore
from retrieval.exceptions import NoSuchDocumentError, RefusedError, UnavailableError
from retrieval.filters import Filter
from retrieval.forms import AddForm, SearchForm
from retrieval.models import BEGINNING, Document
from retrieval.terms import terms
from retrieval.uploads import receive, too_large

if TYPE_CHECKING:
    from django.db.models import QuerySet

A_PAGE = 50  # documents
RESULTS = 5
WHOSE = {
    "everybody": "Everybody can read and change these documents.",
    "services": "Every service with a token of this plugin can read and change these documents.",
    "people": "These are your own: only you, and clients that you gave access, reach them.",
}
WORDS = re.compile(r"(\w+)")
FAILURES = (RefusedError, UnavailableError)
Page = Callable[[PluginRequest, Datastore], HttpResponse]
View = Callable[[PluginRequest], HttpResponse]


def retrieval_pages(plugin: Plugin) -> list[URLPattern]:
    """Return the pages, bound to one plugin's store and to whom it lets in."""
    return [
        path("library", with_own_upload(for_whom(plugin, library)), name="library"),
        path("library/document", for_whom(plugin, document), name="document"),
        path("library/delete", for_whom(plugin, delete), name="delete"),
    ]


def for_whom(plugin: Plugin, page: Page) -> View:
    """Give a page the documents of who asks: everybody's, their own, or the operators'."""
    callers = plugin.auth.callers

    @wraps(page)
    def view(request: PluginRequest) -> HttpResponse:
        user = request.user
        if callers != "everybody" and not user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if callers == "services" and not user.is_staff:
            return render(request, "retrieval/operators.html", status=403)
        # As often as a client of theirs may call.
        scope = "person" if user.is_authenticated else "address"
        who = user.pk or client_address(request)
        if not Limit(scope, f"{plugin.store}:{who}").count():
            return render(request, "retrieval/busy.html", status=429)
        username = user.get_username() if callers == "people" else ""
        return page(request, Datastore(plugin.store, username))

    return view


def with_own_upload(view: View) -> Any:
    """Let a file go to a temporary file, within its limit, before anything reads the form.

    The check against forged forms reads it, so it has to come after.
    """

    @csrf_exempt
    @wraps(view)
    def prepared(request: PluginRequest) -> HttpResponse:
        if request.method == "POST":
            try:
                handler = receive(request)
                request.POST  # noqa: B018  (reads it)
                if handler.stopped:  # which Django keeps to itself
                    raise too_large()
            except BodyTooLarge as error:
                context = {"problem": str(error.detail)}
                return render(request, "retrieval/too_large.html", context, status=413)
        return csrf_protect(view)(request)

    return prepared


@require_http_methods(["GET", "HEAD", "POST"])
def library(request: PluginRequest, store: Datastore) -> HttpResponse:
    """Show the documents, or the passages that answer a question; take a new document."""
    form = AddForm()
    if request.method == "POST":
        form = AddForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                store.upsert([form.document()])
            except FAILURES as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, "Saved. You can search it now.")
                return HttpResponseRedirect(request.mount.url("pages:library"))
    context: dict[str, Any] = {
        "form": form,
        "search": SearchForm(request.GET, auto_id="search_%s"),
        "plugin_name": request.mount.plugin.name_for_human,
        "whose": WHOSE[request.mount.plugin.auth.callers],
    }
    context["problem"], context["hits"] = found(context["search"], store)
    if context["hits"] is None:
        numbers = store.documents().order_by("-id").values_list("pk", flat=True)
        context["page"] = Paginator(numbers, A_PAGE).get_page(request.GET.get("page"))
        context["rows"] = listed(context["page"].object_list)
    return render(request, "retrieval/library.html", context, status=400 if form.is_bound else 200)


def listed(numbers: Iterable[int]) -> "QuerySet[Document]":
    """Return documents, the newest first, with their lengths and how they begin."""
    rows = Document.objects.filter(pk__in=list(numbers)).defer("text").order_by("-id")
    return rows.annotate(length=Length("text"), chunk_count=Count("chunks"), beginning=BEGINNING)


def found(form: SearchForm, store: Datastore) -> tuple[str, list[tuple[Any, Any, Any]] | None]:
    """Return what is wrong with a search, and what it finds; None when nothing was asked."""
    if not form.is_valid() or not (question := form.cleaned_data["q"].strip()):
        return "", None
    where = Filter(author=form.cleaned_data["author"], source=form.cleaned_data["source"])
    try:
        [hits] = store.query([(question, where, RESULTS)])
    except FAILURES as error:
        return str(error), None
    documents = {each.pk: each for each in listed({hit.chunk.document_id for hit in hits})}
    return "", [
        (hit, documents[hit.chunk.document_id], highlighted(hit.chunk.text, question))
        for hit in hits
        if hit.chunk.document_id in documents
    ]


def highlighted(text: str, question: str) -> SafeString:
    """Return a passage as HTML, each word of the question's stems in a `mark`; all else escaped."""
    asked = set(terms(question))
    parts = [
        format_html("<mark>{}</mark>", part) if place % 2 and asked & set(terms(part)) else part
        for place, part in enumerate(WORDS.split(text))  # what stands between words, a word, …
    ]
    return format_html_join("", "{}", ((part,) for part in parts))


@require_safe
def document(request: PluginRequest, store: Datastore) -> HttpResponse:
    """Show one document whole."""
    try:
        context = {"document": store.get(request.GET.get("id", ""))}
    except NoSuchDocumentError as error:
        raise Http404 from error
    return render(request, "retrieval/document.html", context)


@require_POST
def delete(request: PluginRequest, store: Datastore) -> HttpResponse:
    """Delete one document, or all where a second step said so."""
    key = request.POST.get("id", "").replace("\0", "")
    if key or request.POST.get("all") == "yes":
        count = store.delete_ids([key]) if key else store.delete_all()
        messages.success(request, f"Deleted {count} document{'' if count == 1 else 's'}.")
    else:
        messages.error(request, "Nothing was deleted: tick the box to delete all documents.")
    return HttpResponseRedirect(request.mount.url("pages:library"))
