"""Who may use the conversation: whoever may use the console."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.cache import never_cache

View = Callable[..., HttpResponseBase]


def console_page(view: View) -> View:
    """Open a page to who may use it: in production staff, and only where it is switched on."""

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not getattr(settings, "CONSOLE", settings.DEBUG):
            raise Http404
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not (settings.DEBUG or request.user.is_staff):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded
