"""The token and revocation endpoints, which clients call: RFC 6749 section 3.2, RFC 7009."""

import base64
import binascii
import json
import logging
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote_plus

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, QueryDict, UnreadablePostError
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_variables
from oauth2_provider.views import RevokeTokenView, TokenView
from oauthlib.oauth2.rfc6749 import errors

from api.mounts import MountedRequest
from api.throttling import Limit, client_address
from oauth_demo.models import digest
from oauth_demo.server import VSCHAR, ServedByPlugin, require_own_resource

logger = logging.getLogger(__name__)

PARAMETERS = frozenset(
    {"grant_type", "client_id", "client_secret", "code", "redirect_uri", "code_verifier"}
    | {"refresh_token", "scope", "resource", "token", "token_type_hint"}
)


class ClientEndpoint(ServedByPlugin):
    """Reads JSON, form and Basic alike, and answers as RFC 6749 section 5 says."""

    http_method_names = ["post", "options"]
    client_id = ""

    def post(self, request: MountedRequest) -> HttpResponse:
        try:
            parameters = read_parameters(request)
        except errors.OAuth2Error as error:
            return self.answer(error.json, error.status_code)
        self.client_id = parameters.get("client_id", "")
        # By digest: whatever a client calls itself, a cache takes it for a key.
        refusals = Limit("exchange", f"{client_address(request)}:{digest(self.client_id)}")
        if refusals.is_spent():
            return self.too_many(refusals.wait)
        request.POST = parameters  # type: ignore[assignment]
        try:
            response = self.respond(request)
        except OperationalError:
            logger.exception("The database did not answer")
            return self.unavailable()
        if response.status_code == 401:
            # Secrets are guessed at; codes and refresh tokens are too long for it, and counting
            # them would let a stranger's bad codes lock out a client that proved itself.
            refusals.count()
        return self.answer(response.content, response.status_code)

    def respond(self, request: MountedRequest) -> HttpResponse:
        raise NotImplementedError

    def answer(self, body: str | bytes, status: int) -> HttpResponse:
        """Answer JSON that is not to be stored (RFC 6749 section 5.1)."""
        response = HttpResponse(body, status=status, content_type="application/json")
        response["Cache-Control"] = "no-store"
        response["Pragma"] = "no-cache"
        if status == 401:  # RFC 6749 section 5.2: the scheme that clients authenticate with
            response["WWW-Authenticate"] = f'Basic realm="{self.server.plugin}"'
        return response

    def too_many(self, seconds: int) -> HttpResponse:
        description = "Too many refused requests. Wait as long as Retry-After says."
        error = errors.OAuth2Error(description, status_code=429)
        error.error = "slow_down"  # no error of RFC 6749 fits; RFC 8628 has this one
        response = self.answer(error.json, 429)
        response["Retry-After"] = str(seconds)
        return response

    def unavailable(self) -> HttpResponse:
        error = errors.TemporarilyUnavailableError("Try again shortly.")
        response = self.answer(error.json, 503)
        response["Retry-After"] = "5"
        return response

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kw: Any) -> HttpResponse:
        error = errors.InvalidRequestError("Send a POST request.")
        response = self.answer(error.json, 405)
        response["Allow"] = "POST, OPTIONS"
        return response


class ExchangeView(ClientEndpoint, TokenView):  # type: ignore[misc]
    """Exchanges a code, or a refresh token, for an access token (RFC 6749 4.1.3, 6)."""

    @method_decorator(sensitive_variables())
    def respond(self, request: MountedRequest) -> HttpResponse:
        parameters = request.POST.copy()
        if "grant_type" not in parameters:
            error: errors.OAuth2Error = errors.InvalidRequestError("grant_type is missing.")
            return self.answer(error.json, error.status_code)
        try:
            require_own_resource(request, parameters.getlist("resource"))
        except errors.OAuth2Error as target:
            return self.answer(target.json, target.status_code)
        parameters["resource"] = self.server.audience
        if "code" in parameters:
            parameters["code"] = digest(str(parameters["code"]))
        request.POST = parameters  # type: ignore[assignment]
        # Not the library's `post`: it looks the new token up again, which a replay in parallel
        # may have ended by then.
        _, _, body, status = self.create_token_response(request)
        return HttpResponse(body, status=status)


class RevokeView(ClientEndpoint, RevokeTokenView):  # type: ignore[misc]
    """Ends a token that the client no longer needs (RFC 7009)."""

    def respond(self, request: MountedRequest) -> HttpResponse:
        response: HttpResponse = RevokeTokenView.post(self, request)
        return response


def read_parameters(request: HttpRequest) -> QueryDict:
    """Return what the client sent, whichever way; raise OAuth2Error where it cannot be right.

    Of the parameters of these endpoints, each is printable ASCII (RFC 6749 appendix A) and
    comes once (section 3.2; `resource` may repeat, RFC 8707). Others are ignored, and so are
    those without a value (section 3.2).
    """
    if request.META.get("QUERY_STRING"):
        # RFC 6749 section 2.3.1: secrets would be kept in logs with the URL.
        raise errors.InvalidRequestError("Send the parameters in the body, none in the URL.")
    parameters = QueryDict(mutable=True)
    for name, value in [*body_pairs(request), *basic_pairs(request)]:
        if name not in PARAMETERS or value in (None, "", []):
            continue
        values = value if name == "resource" and isinstance(value, list) else [value]
        for each in values:
            if not isinstance(each, str) or not VSCHAR.fullmatch(each):
                raise errors.InvalidRequestError(f"{name} must be printable ASCII text.")
            if name in parameters and name == "client_id" and parameters[name] == each:
                continue  # in the Authorization header and in the body, as many clients do
            if name in parameters and name != "resource":
                raise errors.InvalidRequestError(f"Send {name} once.")
            parameters.appendlist(name, each)
    return parameters


class Members(list[tuple[str, Any]]):
    """The members of a JSON object, those that come twice included."""


def body_pairs(request: HttpRequest) -> Iterable[tuple[str, Any]]:
    try:
        body = request.body
        if not body.lstrip().startswith(b"{") and request.content_type != "application/json":
            form = QueryDict(body, encoding="utf-8")
            return [(name, value) for name, values in form.lists() for value in values]
        members = json.loads(body, object_pairs_hook=Members)
    except RequestDataTooBig as error:
        raise errors.InvalidRequestError("The body is too large.", status_code=413) from error
    except (UnreadablePostError, TooManyFieldsSent) as error:
        raise errors.InvalidRequestError("The body did not arrive as it should.") from error
    except (ValueError, RecursionError) as error:
        raise errors.InvalidRequestError("The body is not JSON.") from error
    if not isinstance(members, Members):
        raise errors.InvalidRequestError("The body must be a JSON object.")
    return members


def basic_pairs(request: HttpRequest) -> Iterable[tuple[str, str]]:
    """Return the client's credentials from the Authorization header (RFC 6749 section 2.3.1).

    A client that sends its secret in the body too uses two methods at once, which section 2.3
    forbids: the secret is then refused as sent twice.
    """
    header = request.META.pop("HTTP_AUTHORIZATION", "")
    if not header:
        return []
    scheme, _, credentials = header.partition(" ")
    try:
        client_id, colon, secret = base64.b64decode(credentials, validate=True).partition(b":")
        if scheme.lower() != "basic" or not colon:
            raise ValueError(scheme)
        return [
            ("client_id", unquote_plus(client_id.decode())),
            ("client_secret", unquote_plus(secret.decode())),
        ]
    except (binascii.Error, ValueError) as error:
        raise errors.InvalidClientError("The Authorization header is not HTTP Basic.") from error
