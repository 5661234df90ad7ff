"""The token and revocation endpoints, which clients call: RFC 6749 section 3.2, RFC 7009."""

import logging
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_variables
from oauth2_provider.views import RevokeTokenView, TokenView
from oauthlib.oauth2.rfc6749 import errors
from redis import RedisError

from api.exceptions import AWAY_SECONDS, DATABASE_AWAY
from api.mounts import MountedRequest
from api.throttling import Limit, client_address
from oauth_demo.errors import described
from oauth_demo.models import digest
from oauth_demo.parameters import read_parameters
from oauth_demo.server import EndpointMixin, require_own_resource

logger = logging.getLogger(__name__)


class ClientEndpoint(EndpointMixin):
    """Reads JSON, form and Basic alike, and responds as RFC 6749 section 5 says."""

    http_method_names = ["post", "options"]

    def post(self, request: MountedRequest) -> HttpResponse:
        sent = QueryDict()
        try:
            request.POST = sent = read_parameters(request)  # type: ignore[assignment]
            # By digest: whatever a client calls itself, a cache takes it for a key.
            client = digest(sent.get("client_id", ""))
            address = client_address(request)
            failures = Limit("exchange", f"{address}:{client}")
            strangers = Limit("address", f"exchange:{address}")  # of whatever client IDs
            for limit in (failures, strangers):
                if limit.is_spent():
                    return self.slow_down(limit.wait)
            response = self.respond(request)
        except errors.OAuth2Error as error:
            return self.refusal(sent, error.json, error.status_code)
        except (*DATABASE_AWAY, RedisError):
            logger.exception("The database, or the cache of clients' metadata, did not answer")
            return self.unavailable()
        if response.status_code == 401:
            # Secrets are guessed at; codes and refresh tokens are too long for it, and counting
            # them would let a stranger's bad codes lock out a client that proved itself.
            failures.count()
            strangers.count()
        if response.status_code >= 400:
            return self.refusal(sent, response.content, response.status_code)
        return self.json_response(response.content, response.status_code)

    def refusal(self, sent: QueryDict, error: str | bytes, status: int) -> HttpResponse:
        """Return an error that says what to do."""
        return self.json_response(described(error, grant_type=sent.get("grant_type", "")), status)

    def respond(self, request: MountedRequest) -> HttpResponse:
        """Return the library's response; raises OAuth2Error."""
        raise NotImplementedError

    def json_response(self, body: str | bytes, status: int) -> HttpResponse:
        """Return JSON that is not to be stored (RFC 6749 section 5.1)."""
        response = HttpResponse(body, status=status, content_type="application/json")
        response["Cache-Control"] = "no-store"
        response["Pragma"] = "no-cache"
        if status == 401:  # RFC 6749 section 5.2: the scheme that clients authenticate with
            response["WWW-Authenticate"] = f'Basic realm="{self.server.plugin}"'
        return response

    def slow_down(self, seconds: int) -> HttpResponse:
        description = "Too many refused requests. Wait as long as Retry-After says."
        error = errors.OAuth2Error(description, status_code=429)
        error.error = "slow_down"  # no error of RFC 6749 fits; RFC 8628 has this one
        response = self.json_response(error.json, 429)
        response["Retry-After"] = str(seconds)
        return response

    def unavailable(self) -> HttpResponse:
        error = errors.TemporarilyUnavailableError("Try again shortly.")
        response = self.json_response(error.json, 503)
        response["Retry-After"] = str(AWAY_SECONDS)
        return response

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kw: Any) -> HttpResponse:
        error = errors.InvalidRequestError("Send a POST request.")
        response = self.json_response(error.json, 405)
        response["Allow"] = "POST, OPTIONS"
        return response


class ExchangeView(ClientEndpoint, TokenView):  # type: ignore[misc]
    """Exchanges a code, or a refresh token, for an access token (RFC 6749 4.1.3, 6)."""

    @method_decorator(sensitive_variables())
    def respond(self, request: MountedRequest) -> HttpResponse:
        parameters = request.POST.copy()
        require(parameters, "grant_type", "authorization_code or refresh_token")
        if parameters["grant_type"] == "authorization_code":
            require(parameters, "code", "the code that came to your redirect_uri")
        elif parameters["grant_type"] == "refresh_token":
            require(parameters, "refresh_token", "the newest one that you were given")
        require_own_resource(request, parameters.getlist("resource"))
        parameters["resource"] = self.server.audience
        request.POST = parameters  # type: ignore[assignment]
        # Not the library's `post`: it looks the new token up again, which a replay in parallel
        # may have ended by then.
        _, _, body, status = self.create_token_response(request)
        return HttpResponse(body, status=status)


class RevokeView(ClientEndpoint, RevokeTokenView):  # type: ignore[misc]
    """Ends a token that the client no longer needs (RFC 7009)."""

    def respond(self, request: MountedRequest) -> HttpResponse:
        require(request.POST, "token", "the access token or refresh token that is to end")
        response: HttpResponse = RevokeTokenView.post(self, request)
        return response


def require(parameters: QueryDict, name: str, what: str) -> None:
    if name not in parameters:
        raise errors.InvalidRequestError(f"{name} is missing. Send {what}.")
