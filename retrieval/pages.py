"""Pages for people: their documents, to add, list, search, read and delete."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from api.dear_work import working_for
from api.throttling import Limit, calls_of, client_address
from plugins.mounts import PluginRequest
from plugins.plugin import Plugin
from retrieval.datastore import Datastore
from retrieval.exceptions import NoSuchDocumentError
from retrieval.forms import AddForm, SearchForm
from retrieval.loads.pages import end, shown
from retrieval.rendering import rendered
from retrieval.results import found, grouped, listed
from retrieval.saving import received, refused, save, with_own_upload
from retrieval.uploads import FILE_BYTES_OF_A_CALL

A_PAGE = 50  # documents
WHOSE = {
    "everybody": "Everybody can read and change these documents.",
    "services": "Every service with a token of this plugin can read and change these documents.",
    "people": "These are your own: only you, and clients that you gave access, reach them.",
}
SEE, ADD, DELETE = (f"retrieval.{act}_document" for act in ("view", "add", "delete"))
"""What staff must be permitted, where the documents are a service's: Django's own permissions."""
Page = Callable[[PluginRequest, Datastore], HttpResponseBase]
View = Callable[[PluginRequest], HttpResponseBase]


def retrieval_pages(plugin: Plugin) -> list[URLPattern]:
    """Return the pages, bound to one plugin's store and to whom it lets in."""
    saving = with_own_upload(library)  # which checks for forged forms, once it may read one
    return [
        path("library", csrf_exempt(for_whom(plugin, saving, ADD)), name="library"),
        path("library/load", for_whom(plugin, end, ADD), name="load"),
        path("library/document", for_whom(plugin, document), name="document"),
        path("library/delete", for_whom(plugin, delete, DELETE), name="delete"),
    ]


def for_whom(plugin: Plugin, page: Page, *needed: str) -> View:
    """Give a page the documents of who asks: everybody's, their own, or the operators'.

    Operators need a permission to see, and those `needed` besides to send a form.
    """
    callers = plugin.auth.callers

    @wraps(page)
    def view(request: PluginRequest) -> HttpResponseBase:
        user = request.user
        if callers != "everybody" and not user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        wanted = needed if request.method == "POST" else ()
        if not permitted(plugin, user, *wanted):
            context = {"wanted": (SEE, *wanted)}
            return render(request, "retrieval/operators.html", context, status=403)
        # As often as a client of theirs may call.
        scope = "person" if user.is_authenticated else "address"
        who = str(user.pk or client_address(request))
        calls = calls_of(request, FILE_BYTES_OF_A_CALL)
        if not Limit(scope, f"{plugin.store}:{who}").allows(request, calls):
            return render(request, "plugins/busy.html", status=429)
        username = user.get_username() if callers == "people" else ""
        with working_for(lambda: (scope, who)):
            return page(request, Datastore(plugin.store, username))

    return view


def permitted(plugin: Plugin, user: Any, *needed: str) -> bool:
    """Tell whether somebody signed in may see a plugin’s documents, and do what is needed."""
    if plugin.auth.callers != "services":
        return True
    return bool(user.is_staff and user.has_perms((SEE, *needed)))


def may(request: PluginRequest, permission: str) -> bool:
    """Tell whether who is here may do something to documents that they see."""
    services = request.mount.plugin.auth.callers == "services"
    return not services or request.user.has_perm(permission)


@require_http_methods(["GET", "HEAD", "POST"])
def library(request: PluginRequest, store: Datastore) -> HttpResponseBase:
    """Show the documents, or the passages that answer a question; take a new document."""
    form = AddForm()
    if request.method == "POST":
        form = received(request)
        if response := save(request, store, form):
            return response
    search = SearchForm(request.GET, auto_id="search_%s")
    context: dict[str, Any] = {
        "form": form,
        "search": search,
        "plugin_name": request.mount.plugin.name_for_human,
        "whose": WHOSE[request.mount.plugin.auth.callers],
        "may_add": may(request, ADD),
        "may_delete": may(request, DELETE),
    }
    context["problem"], hits = found(search, store)
    if hits is not None:
        context["groups"] = grouped(search.cleaned_data["q"], hits)
        return render(request, "retrieval/results.html", context)
    context["loads"] = shown(store)
    context["loading"] = any(each.is_open for each in context["loads"])
    context["ended"] = [each.load.uuid for each in context["loads"] if not each.is_open]
    context["behind"] = request.GET.get("behind")
    if key := request.GET.get("saved"):
        context["saved"] = listed(store.documents().filter(key=key).values_list("pk", flat=True))
    numbers = store.documents().order_by("-id").values_list("pk", flat=True)
    context["page"] = Paginator(numbers, A_PAGE).get_page(request.GET.get("page"))
    context["rows"] = listed(context["page"].object_list)
    if form.is_bound:
        return refused(request, context)
    return render(request, "retrieval/library.html", context)


@require_safe
def document(request: PluginRequest, store: Datastore) -> HttpResponse:
    """Show one document whole."""
    try:
        found = store.get(request.GET.get("id", ""))
    except NoSuchDocumentError as error:
        raise Http404 from error
    context = {
        "document": found,
        "text": rendered(found.text),
        "may_delete": may(request, DELETE),
    }
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
    return HttpResponseRedirect(f"{request.mount.url('pages:library')}#said")
