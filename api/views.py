"""The base of every view of an API here: DRF's, which makes once what DRF makes at each request."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, ClassVar, NoReturn, cast

import orjson
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.functional import cached_property
from rest_framework import views
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from api.body_ahead import AHEAD, BodyWantedError
from api.dear_work import caller
from api.json_api import JSONParser
from api.throttling import caller_of, count_stranger

NO_QUERY = QueryDict()
"""Of every request without a query; nothing can change it."""


class Response:
    """What a view answers: data that JSON can say, a status, and headers of its own.

    DRF's own may stand in its place. That is a template's response too, with cookies and a life
    cycle, all of which is made anew for each.
    """

    __slots__ = ("data", "headers", "status_code")

    def __init__(
        self, data: Any = None, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> None:
        self.data = data
        self.status_code = status
        self.headers = headers or {}


class Answer:
    """What goes out, in bytes, whichever way the request came."""

    __slots__ = ("content", "headers", "status_code")

    def __init__(self, response: Any, allow: str) -> None:
        self.status_code: int = response.status_code
        self.content = b"" if response.data is None else orjson.dumps(response.data)
        self.headers = {"Allow": allow, **response.headers}
        if self.content:
            self.headers["Content-Type"] = "application/json"
        else:
            self.headers.pop("Content-Type", None)
        self.headers["Content-Length"] = str(len(self.content))
        self.headers["Cache-Control"] = "no-store"

    def as_http(self) -> HttpResponse:
        response = HttpResponse(self.content, status=self.status_code, headers=self.headers)
        if not self.content:  # Django names the type of nothing, too
            del response["Content-Type"]
        return response


class JSONRequest(Request):
    """DRF's request, whose body is JSON: no other way to read it is looked for."""

    # What DRF would look for here, and then there.
    method = property(attrgetter("_request.method"))
    META = property(attrgetter("_request.META"))

    @property
    def query_params(self) -> Any:
        return self._request.GET if self._request.META.get("QUERY_STRING") else NO_QUERY

    @cached_property
    def data(self) -> Any:
        if self.META.get("CONTENT_LENGTH") in (None, "", "0"):
            return {}
        [parser] = cast("list[Any]", self.parsers)
        return parser.parse(self, parser_context=self.parser_context)


@dataclass(frozen=True)
class Shared:
    """What every request to a view at one mount uses, and nothing may change."""

    request_class: type[Request]
    authenticators: Sequence[BaseAuthentication]
    permissions: Sequence[Any]
    throttles: Sequence[BaseThrottle]
    parsers: Sequence[BaseParser]
    negotiator: BaseContentNegotiation
    allow: str


def is_json(parsers: Sequence[BaseParser]) -> bool:
    return [type(parser) for parser in parsers] == [JSONParser]


class APIView(views.APIView):
    """DRF's view, whose `as_view` makes what every request needs, once for the mount.

    So an authentication, a permission or a throttle keeps nothing of a request. Every answer is
    JSON: nothing is negotiated, and there are no versions.
    """

    store = ""
    """Whose data a view serves; its callers are counted apart from those of others."""
    shared: Shared | None = None
    bytes_of_a_call: ClassVar[int] = 0
    """How long a body may be to be counted as one call, where a longer one is dearer; 0: any."""

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        """Return the view as Django calls it. Its `answer` is the same, and cheaper to send."""
        drf_view: Any = super().as_view(**initkwargs)
        first = cls(**initkwargs)
        parsers = first.get_parsers()
        shared = Shared(
            request_class=JSONRequest if is_json(parsers) else Request,
            authenticators=first.get_authenticators(),
            permissions=first.get_permissions(),
            throttles=first.get_throttles(),
            parsers=parsers,
            negotiator=first.get_content_negotiator(),
            allow=", ".join(first.methods()),
        )

        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> Answer:
            self = cls(**initkwargs)
            self.shared = shared
            self.setup(request, *args, **kwargs)
            return self.answer(request, *args, **kwargs)

        def view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            return answer(request, *args, **kwargs).as_http()

        view.__dict__.update(drf_view.__dict__)  # its class, and that it wants no CSRF token
        view.answer = answer  # type: ignore[attr-defined]
        return view

    def answer(self, http_request: HttpRequest, *args: Any, **kwargs: Any) -> Answer:
        """Admit the request and act on it, or refuse it; raises what nobody foresaw."""
        assert self.shared
        request = self.request = self.shared.request_class(
            http_request,
            parsers=self.shared.parsers,
            authenticators=self.shared.authenticators,
            negotiator=self.shared.negotiator,
            parser_context={"view": self, "args": args, "kwargs": kwargs},
        )
        whose = caller.set(self.caller)
        try:
            self.initial(request, *args, **kwargs)
            method = str(request.method).lower()
            known = method in self.http_method_names
            handler = getattr(self, method, None) if known else None
            # `self.kwargs`, in which a permission may have said whose a path is.
            response = (handler or self.http_method_not_allowed)(request, *args, **self.kwargs)
        except Exception as error:
            response = self.handle_exception(error)
        finally:
            caller.reset(whose)
        return Answer(response, allow=self.shared.allow)

    def caller(self) -> Hashable:
        """Return whom this is done for, as they are counted (api/throttling.py)."""
        return caller_of(self.request)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        try:
            if self.get_authenticators():
                self.perform_authentication(request)
            self.check_permissions(request)
        except (AuthenticationFailed, NotAuthenticated):
            if self.get_throttles():
                count_stranger(request, self.store)
            raise
        if AHEAD in request.META:  # it may come, and then the request is counted
            raise BodyWantedError
        self.check_throttles(request)

    def perform_authentication(self, request: Request) -> None:
        # As `request.user` does, which looks for a user elsewhere before.
        request._authenticate()  # type: ignore[attr-defined]

    def get_authenticators(self) -> Any:
        return self.shared.authenticators if self.shared else super().get_authenticators()

    def get_permissions(self) -> Any:
        return self.shared.permissions if self.shared else super().get_permissions()

    def get_throttles(self) -> Any:
        return self.shared.throttles if self.shared else super().get_throttles()

    def methods(self) -> list[str]:
        """Return the methods that are answered, as the header Allow names them."""
        self.setup(HttpRequest())  # which lets GET answer HEAD
        return self.allowed_methods

    def handle_exception(self, exc: Exception) -> Any:
        """Return the answer to what went wrong, which has what `Response` has."""
        return super().handle_exception(exc)

    def raise_uncaught_exception(self, exc: Exception) -> NoReturn:
        self.request.force_plaintext_errors(True)
        raise exc
