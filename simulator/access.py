"""Who may use the pages of the simulator, and how many of their requests run at once.

Fetching what people name lends them this site's network: in production the pages are off unless
CONSOLE switches them on, and then for staff alone.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from threading import BoundedSemaphore, Lock
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from api.hosts import comes_from_this_machine

View = Callable[..., HttpResponseBase]

AT_ONCE = 2
"""Steps that a process takes at once: each may ask this very site, which needs threads for it."""
SLOTS = BoundedSemaphore(AT_ONCE)
TURNSTILE = Lock()
HOLDERS: set[int | None] = set()
"""Who takes a step, in production: one each, so that nobody keeps all others waiting."""


class BusyError(Exception):
    """As many steps are under way as may be."""


@contextmanager
def slot(person: int | None) -> Iterator[None]:
    """Hold one of the few places; raises BusyError at once, because who waits holds a thread."""
    with TURNSTILE:
        if not settings.DEBUG and person in HOLDERS:
            raise BusyError
        if not SLOTS.acquire(blocking=False):
            raise BusyError
        holds = person not in HOLDERS
        HOLDERS.add(person)
    try:
        yield
    finally:
        with TURNSTILE:
            if holds:
                HOLDERS.discard(person)
            SLOTS.release()


def may_use(request: HttpRequest) -> bool:
    """Say whether the pages are for whoever sends a request, once signed in."""
    if not settings.CONSOLE:
        return False
    user = getattr(request, "user", None)  # an error may have come before it
    if user is not None and user.is_authenticated and user.is_staff:
        return True
    return settings.DEBUG and comes_from_this_machine(request)


def console_page(view: View) -> View:
    """Open a page to those who may use it, signed in; nothing of it is kept by a cache."""

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.CONSOLE:
            raise Http404
        if not request.user.is_authenticated:
            # A step that was not taken is no page to come back to.
            page = request.get_full_path() if request.method == "GET" else reverse("console")
            return redirect_to_login(page)
        if not may_use(request):
            context = {"debug_site": settings.DEBUG}
            return render(request, "simulator/closed.html", context, status=403)
        try:
            return view(request, *args, **kwargs)
        except BusyError:
            response = render(request, "simulator/busy.html", status=503)
            response["Retry-After"] = "5"
            return response

    return guarded
