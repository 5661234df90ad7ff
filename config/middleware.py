"""Which plugin a request is for, and the shortest way to its API."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.template.response import SimpleTemplateResponse
from django.urls import Resolver404, resolve, set_urlconf

from config.urls import ROOTED


class PluginHostMiddleware:
    """Chooses the URLs by host: `PLUGIN_HOSTS`, `<slug>.localhost`, else `ROOT_PLUGIN`.

    ChatGPT looks for a plugin's manifest at the root of its host.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        domain, _ = split_domain_port(request.get_host())
        slug = settings.PLUGIN_HOSTS.get(domain) or domain.removesuffix(".localhost")
        # None, when neither names a plugin, means Django's ROOT_URLCONF.
        urlconf = ROOTED.get(slug) or ROOTED.get(settings.ROOT_PLUGIN)
        request.urlconf = urlconf  # type: ignore[assignment]  # any object with urlpatterns will do
        return self.get_response(request)


class PlainInputMiddleware:
    """Refuses a NUL in query or cookies, which no page wants and PostgreSQL cannot store.

    Forms are read as UTF-8, as the pages are written, whatever encoding a request may name: Python
    knows some that make no text.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "%00" in request.META["QUERY_STRING"] or any(
            "\0" in c for c in request.COOKIES.values()
        ):
            raise SuspiciousOperation("NUL in query or cookie")
        request.encoding = "utf-8"
        return self.get_response(request)


class PluginAPIMiddleware:
    """Calls a plugin's API at once, past every middleware that only pages for people need.

    An API request carries its own credential, so sessions, cookies and CSRF have no part in
    it; going around them halves its cost. All else goes on to the rest of the middleware.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            match = resolve(request.path_info, request.urlconf)
        except Resolver404:
            return self.get_response(request)
        if match.app_names != ["plugin", "api"]:
            return self.get_response(request)
        set_urlconf(request.urlconf)
        request.resolver_match = match
        response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        if isinstance(response, SimpleTemplateResponse):  # as DRF's are
            response.render()
        response["Content-Length"] = len(response.content)
        response["Cache-Control"] = "no-store"
        return response
