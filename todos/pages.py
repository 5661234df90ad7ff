"""The page for people: their own list in one plugin, to read, add to and tick off.

A todo is done when it is deleted: the API knows no other state. What was ticked off is kept
nowhere. The page that answers bears it, signed, so that it can be put back in its place; that is
why this one answer comes at once, and not after a redirect, in front of which it would have to be
stored. To send it again is to tick off what is gone: nothing.
"""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.cache import get_conditional_response
from django.utils.text import Truncator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from api.once import made_by, sent_again
from api.throttling import Limit
from plugins.mounts import PluginRequest
from plugins.plugin import Plugin
from todos.forms import AddForm, DoneForm
from todos.models import FullListError, Removed, TodoList

A_PAGE = 100  # todos
PUT_BACK_SECONDS = 3600
GONE = "It was no longer on the list: a client may have deleted it. Nothing was removed."
Page = Callable[[PluginRequest, TodoList], HttpResponse]


def todo_pages(plugin: Plugin) -> list[URLPattern]:
    """Return the pages, bound to one plugin's store; none where no list is one person's own."""
    if plugin.auth.callers != "people":
        return []
    return [
        path("list", for_its_owner(plugin, own_list), name="list"),
        path("list/rows", for_its_owner(plugin, rows), name="rows"),
    ]


def for_its_owner(plugin: Plugin, page: Page) -> Callable[[PluginRequest], HttpResponse]:
    """Give a page the list of who is signed in."""

    @never_cache
    @wraps(page)
    def view(request: PluginRequest) -> HttpResponse:
        user = request.user
        if not user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        # As often as a client of theirs may call, and not at its cost.
        if not Limit("person", f"{plugin.store}:page:{user.pk}").allows(request):
            return render(request, "plugins/busy.html", status=429)
        return page(request, TodoList(plugin.store, user.get_username()))

    return view


@require_http_methods(["GET", "HEAD", "POST"])
def own_list(request: PluginRequest, todos: TodoList) -> HttpResponse:
    """Show the list; add to it, tick off, put back."""
    form = AddForm()
    said: dict[str, Any] = {}
    if "done" in request.POST:
        said = ticked_off(request, todos)
    elif "put_back" in request.POST:
        return put_back(request, todos)
    elif request.method == "POST":
        form = AddForm(request.POST)
        if form.is_valid() and (sent_again(request) or added(request, form, todos)):
            messages.success(request, f"Added: {short(form.cleaned_data['todo'])}")
            last = pages(len(todos))
            return back(request, page=str(last) if last > 1 else "")
    context = {"form": form, "plugin_name": request.mount.plugin.name_for_human, **said}
    context |= shown(request, todos)
    return render(request, "todos/list.html", context, status=400 if form.is_bound else 200)


@require_safe
def rows(request: PluginRequest, todos: TodoList) -> HttpResponse:
    """Answer the rows alone, for a page that is open; 304 where it shows them already."""
    context = shown(request, todos)
    response = get_conditional_response(request, etag=context["etag"])
    response = response or render(request, "todos/rows.html", context)
    response["ETag"] = context["etag"]
    return response


def shown(request: PluginRequest, todos: TodoList) -> dict[str, Any]:
    """Return what a page shows of a list, and an ETag of just that (RFC 9110 section 8.8.3)."""
    count = len(todos)
    asked = request.GET.get("page", "")
    last = pages(count)
    number = min(max(int(asked), 1), last) if asked.isdecimal() and len(asked) < 10 else 1
    found = todos.rows(limit=A_PAGE, offset=(number - 1) * A_PAGE)
    digest = hashlib.sha256(repr((count, number, found)).encode()).hexdigest()
    return {
        "count": count,
        "rows": found,
        "number": number,
        "pages": last,
        "first": (number - 1) * A_PAGE + 1,
        "etag": f'"{digest}"',
    }


def pages(count: int) -> int:
    return max(-(-count // A_PAGE), 1)


def added(request: PluginRequest, form: AddForm, todos: TodoList) -> bool:
    """Add what a form says; False, with an error in the form, where the list is full."""
    try:
        with made_by(request):
            todos.add(form.cleaned_data["todo"])
    except FullListError as error:
        form.add_error("todo", str(error))
        return False
    return True


def ticked_off(request: PluginRequest, todos: TodoList) -> dict[str, Any]:
    """Remove the todo that a form names; return what is said of it."""
    form = DoneForm(request.POST)
    removed = todos.remove(form.cleaned_data["done"]) if form.is_valid() else None
    if removed is None:
        return {"gone": GONE}
    signed = signing.dumps(list(vars(removed).values()), salt=salt(todos), compress=True)
    return {"ticked": removed.text, "put_back": signed}


def put_back(request: PluginRequest, todos: TodoList) -> HttpResponse:
    """Put back what one of this list's own pages bears, once."""
    try:
        removed = Removed(
            *signing.loads(request.POST["put_back"], salt=salt(todos), max_age=PUT_BACK_SECONDS)
        )
    except signing.SignatureExpired:
        messages.error(request, "That is more than an hour ago. Add it again.")
    except signing.BadSignature:
        messages.error(request, "Nothing was put back: it was not ticked off here.")
    else:
        try:
            done = todos.put_back(removed)
        except FullListError as error:
            messages.error(request, str(error))
            return back(request, page=request.GET.get("page", ""))
        words = "Back on the list" if done else "It is on the list already"
        messages.success(request, f"{words}: {short(removed.text)}")
    return back(request, page=request.GET.get("page", ""))


def salt(todos: TodoList) -> str:
    """Return what ties a signature to one list."""
    return f"todos:{todos.store}:{todos.username}"


def short(text: str) -> str:
    """Return a text as it is named in a message, which a cookie has to hold."""
    return Truncator(text).chars(100)


def back(request: PluginRequest, *, page: str) -> HttpResponse:
    query = f"?page={page}" if page.isdecimal() else ""
    return HttpResponseRedirect(f"{request.mount.url('pages:list')}{query}#said")
