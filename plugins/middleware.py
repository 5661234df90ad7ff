"""Which plugin a request is for, and the shortest way to its API."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.urls import set_urlconf

from plugins.dispatch import answer_api
from plugins.mounts import PluginMount, find_mount, without_slash
from plugins.urls import urlconf_of_host

Next = Callable[[HttpRequest], HttpResponse]


class PublicURLMiddleware:
    """Takes a request that came by a public URL of the site for what it was there.

    A tunnel ends TLS and hands on plain http, some under a Host of this machine. By which name a
    request came, its X-Forwarded-Host says, or else its Host. No header is believed for that: the
    name has to be one of PUBLIC_URLS, which the operator or the environment gave. Requests by any
    other name stay what they are.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response
        urls = map(urlsplit, settings.PUBLIC_URLS)
        self.public = {url.hostname: url for url in urls}
        if not self.public:
            raise MiddlewareNotUsed

    def __call__(self, request: HttpRequest) -> HttpResponse:
        for header in ("HTTP_X_FORWARDED_HOST", "HTTP_HOST"):
            domain, _ = split_domain_port(request.META.get(header, ""))
            if url := self.public.get(domain):
                request.META["HTTP_HOST"] = url.netloc
                request.META["wsgi.url_scheme"] = url.scheme
                if settings.USE_X_FORWARDED_HOST:
                    request.META["HTTP_X_FORWARDED_HOST"] = url.netloc
                break
            if domain and settings.USE_X_FORWARDED_HOST:
                break  # that one counts
        return self.get_response(request)


class MountMiddleware:
    """Says of each request whose it is: `request.mount`, None where it is no plugin's.

    The host chooses the URLs: ChatGPT looks for a plugin's manifest at the root of its host. A
    slash at the end of a path says nothing, unless a route is for it.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Any object with urlpatterns will do for Django.
        request.urlconf = urlconf_of_host(request.get_host())  # type: ignore[assignment]
        mount = find_mount(request, request.path_info)
        if plain := without_slash(request, mount):
            mount = plain
            request.path_info = request.path_info.rstrip("/")
            request.path = request.path.rstrip("/")
        request.mount = mount  # type: ignore[attr-defined]
        return self.get_response(request)


class APIMiddleware:
    """Calls a plugin's API at once, past every middleware that only pages for people need.

    An API request carries its own credential, so sessions, cookies and CSRF have no part in
    it; going around them halves its cost. All else goes on to the rest of the middleware.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        mount: PluginMount | None = request.mount  # type: ignore[attr-defined]
        if mount is None or not mount.is_api:
            return self.get_response(request)
        set_urlconf(request.urlconf)
        answer = answer_api(request)  # type: ignore[arg-type]
        return answer if isinstance(answer, HttpResponse) else answer.as_http()


class PlainInputMiddleware:
    """Refuses a NUL in query or cookies, which no page wants and PostgreSQL cannot store.

    Forms are read as UTF-8, as the pages are written, whatever encoding a request may name: Python
    knows some that make no text.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "%00" in request.META["QUERY_STRING"] or any(
            "\0" in c for c in request.COOKIES.values()
        ):
            raise SuspiciousOperation("NUL in query or cookie")
        request.encoding = "utf-8"
        return self.get_response(request)
