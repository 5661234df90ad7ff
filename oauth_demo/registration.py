"""Where a client registers itself, and looks after its registration: RFC 7591 and 7592."""

import json
import logging
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from oauth2_provider.settings import oauth2_settings
from oauth2_provider.views import (
    DynamicClientRegistrationManagementView,
    DynamicClientRegistrationView,
)

from api.exceptions import AWAY, AWAY_SECONDS, DATABASE_AWAY
from api.throttling import Limit, client_address
from oauth_demo.client_metadata import ClientMetadataError, check_client_metadata
from oauth_demo.unused_clients import FIRST_HOUR, make_room

logger = logging.getLogger(__name__)

UNUSABLE = (
    "The metadata is not usable. Send a JSON object with redirect_uris, a list of texts, and the "
    "rest as RFC 7591 section 2 names it."
)
CLOSED = (
    "Clients do not register themselves at this site. Ask its operator for one, who makes it with "
    "manage.py create_oauth_client."
)
WITH_TOKEN = (
    "Send the registration_access_token of this client as 'Authorization: Bearer TOKEN': the "
    "newest one, which the last answer gave. Without it, register anew."
)


class RegistrationMixin:
    """Survives hostile metadata, and takes none that breaks the rules for all clients."""

    @method_decorator(csrf_exempt)  # as the library's own, which this one is in front of
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        if response.status_code == 404:
            return error_response("not_found", CLOSED, 404)
        if response.status_code == 401:  # the library says what is wrong, and not what to do
            error = json.loads(response.content)
            error["error_description"] += f". {WITH_TOKEN}"
            response.content = json.dumps(error).encode()
        return response

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kw: Any) -> HttpResponse:
        allowed = super().http_method_not_allowed(request)["Allow"]  # type: ignore[misc]
        response = error_response("invalid_request", f"Send one of {allowed}.", 405)
        response["Allow"] = allowed
        return response

    def post(self, request: HttpRequest) -> HttpResponse:
        request.user = AnonymousUser()  # whose browser it may be: a client belongs to nobody
        return self.checked("post", request)

    def put(self, request: HttpRequest, client_id: str) -> HttpResponse:
        return self.checked("put", request, client_id)

    def checked(self, method: str, request: HttpRequest, *args: str) -> HttpResponse:
        limit = Limit("exchange", f"registration:{client_address(request)}")
        if not limit.count():
            return wait("slow_down", "Too many registrations. Wait a minute.", 429, limit.wait)
        try:
            check_client_metadata(read_metadata(request))
            if method == "post" and not make_room():
                words = "Too many clients registered lately and went unused. Try again later."
                return wait("temporarily_unavailable", words, 503, int(FIRST_HOUR.total_seconds()))
            response: HttpResponse = getattr(super(), method)(request, *args)
        except ClientMetadataError as error:
            return error_response(error.error, error.description, 400)
        except DATABASE_AWAY:
            logger.exception("The database did not answer")
            return wait("temporarily_unavailable", AWAY, 503, AWAY_SECONDS)
        except (ValueError, RecursionError, DatabaseError):
            # Lone surrogates, NUL, thousands of brackets, null where there must be text.
            return error_response("invalid_client_metadata", UNUSABLE, 400)
        response["Cache-Control"] = "no-store"  # it bears the client's secret and token
        return response


class RegisterView(RegistrationMixin, DynamicClientRegistrationView):  # type: ignore[misc]
    http_method_names = ["post", "options"]

    def checked(self, method: str, request: HttpRequest, *args: str) -> HttpResponse:
        """Say of a secret that it does not expire, as RFC 7591 section 3.2.1 wants it said."""
        response = super().checked(method, request, *args)
        answer = json.loads(response.content)
        if "client_secret" in answer:
            response.content = json.dumps({**answer, "client_secret_expires_at": 0}).encode()
        return response


class ManageView(RegistrationMixin, DynamicClientRegistrationManagementView):  # type: ignore[misc]
    http_method_names = ["get", "put", "delete", "options"]


def read_metadata(request: HttpRequest) -> object:
    """Return the JSON of a body that is no larger than a metadata document may be."""
    most = oauth2_settings.CIMD_MAX_DOCUMENT_SIZE
    try:
        body = request.body
    except (RequestDataTooBig, UnreadablePostError) as error:
        raise ClientMetadataError("invalid_client_metadata", UNUSABLE) from error
    if len(body) > most:
        words = f"The metadata may be {most} bytes long."
        raise ClientMetadataError("invalid_client_metadata", words)
    metadata: object = json.loads(body)
    return metadata


def wait(error: str, description: str, status: int, seconds: int) -> JsonResponse:
    response = error_response(error, description, status)
    response["Retry-After"] = str(seconds)
    return response


def error_response(error: str, description: str, status: int) -> JsonResponse:
    return JsonResponse({"error": error, "error_description": description}, status=status)
