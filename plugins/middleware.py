"""Which plugin a request is for, and the shortest way to its API."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import DisallowedHost, MiddlewareNotUsed, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.shortcuts import render
from django.urls import set_urlconf
from django.utils.cache import add_never_cache_headers

from api.dear_work import BusyError
from api.hosts import is_loopback
from api.throttling import Limit, client_address
from plugins.dispatch import answer_api, note_operation
from plugins.mounts import PluginMount, find_mount, without_slash
from plugins.urls import urlconf_of_host

DEFAULT_PORTS = {"http": "80", "https": "443"}
READING = frozenset(("GET", "HEAD", "OPTIONS", "TRACE"))
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


class PortMiddleware:
    """Lets a port into the site's addresses in production only where it was named.

    Whoever sends a request writes its Host, and so would choose where a manifest or an issuer says
    that the site is. Ports are named by PUBLIC_URL; that of the scheme goes without saying.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response
        self.named = {str(urlsplit(url).port or "") for url in settings.PUBLIC_URLS}
        if settings.DEBUG:
            raise MiddlewareNotUsed

    def __call__(self, request: HttpRequest) -> HttpResponse:
        host = request.get_host()
        domain, port = split_domain_port(host)
        if port == DEFAULT_PORTS.get(str(request.scheme)):
            forwarded = settings.USE_X_FORWARDED_HOST and "HTTP_X_FORWARDED_HOST" in request.META
            request.META["HTTP_X_FORWARDED_HOST" if forwarded else "HTTP_HOST"] = domain
        elif port and port not in self.named and not is_loopback(f"//{host}"):
            raise DisallowedHost(
                f"Invalid HTTP_HOST header: {host!r}. The site is not known to be at port {port}: "
                "name it in PUBLIC_URL, if it is."
            )
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
        if mount:
            note_operation(mount, request.method)
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


class BusyMiddleware:
    """Says that there is no place for dear work just now, where no view has better words for it."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, BusyError):
            return None
        response = render(request, "plugins/busy.html", {"problem": str(error)}, status=503)
        response["Retry-After"] = str(error.wait)
        return response


class PlainInputMiddleware:
    """Refuses a NUL in query or cookies, which no page wants and PostgreSQL cannot store.

    Forms are read as UTF-8, as the pages are written, whatever encoding a request may name: Python
    knows some that make no text.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.encoding = "utf-8"
        if "%00" in request.META["QUERY_STRING"] or any(
            "\0" in c for c in request.COOKIES.values()
        ):
            raise SuspiciousOperation("NUL in query or cookie")
        return self.get_response(request)


class FormThrottleMiddleware:
    """Counts the forms that come from an address, before any is read or known to be forged.

    What OAuth clients send has limits of its own.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        mount: PluginMount | None = request.mount  # type: ignore[attr-defined]
        if request.method in READING or (mount and mount.part == "auth"):
            return self.get_response(request)
        limit = Limit("address", f"forms:{client_address(request)}")
        if limit.allows(request):
            return self.get_response(request)
        response = render(request, "plugins/busy.html", status=429)
        response["Retry-After"] = str(limit.wait)
        return response


class PersonalPageMiddleware:
    """Lets no cache keep a page that somebody who is signed in was shown, unless it says how long.

    The next person at the same browser, or behind the same proxy, would see it.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        unsaid = "Cache-Control" not in response and request.session.accessed
        if unsaid and request.user.is_authenticated:
            add_never_cache_headers(response)
        return response
