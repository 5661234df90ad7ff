"""Clients that make themselves known: RFC 7591 and 7592, and Client ID Metadata Documents."""

import json
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from oauth2_provider.cimd import SafeMetadataFetcher
from oauth2_provider.views import (
    DynamicClientRegistrationManagementView,
    DynamicClientRegistrationView,
)

from api.throttling import Limit, client_address


class RegistrationMixin:
    """Survives hostile metadata, and too much of it."""

    def post(self, request: HttpRequest) -> HttpResponse:
        # What one address registers: each registration leaves a row.
        limit = Limit("exchange", f"registration:{client_address(request)}")
        if not limit.count():
            response = error_response("slow_down", "Too many registrations. Wait a minute.", 429)
            response["Retry-After"] = str(limit.wait)
            return response
        return self.checked("post", request)

    def put(self, request: HttpRequest, client_id: str) -> HttpResponse:
        return self.checked("put", request, client_id)

    def checked(self, method: str, request: HttpRequest, *args: str) -> HttpResponse:
        try:
            if unsupported := unsupported_metadata(json.loads(request.body)):
                problem = f"Not served here: {unsupported}."
                return error_response("invalid_client_metadata", problem, 400)
            response: HttpResponse = getattr(super(), method)(request, *args)
        except (ValueError, RecursionError, DatabaseError):
            # Lone surrogates, NUL, thousands of brackets, null where there must be text.
            return error_response("invalid_client_metadata", "The metadata is not usable.", 400)
        return response


class RegisterView(RegistrationMixin, DynamicClientRegistrationView):  # type: ignore[misc]
    http_method_names = ["post", "options"]


class ManageView(RegistrationMixin, DynamicClientRegistrationManagementView):  # type: ignore[misc]
    http_method_names = ["get", "put", "delete", "options"]


def unsupported_metadata(metadata: Any) -> str:
    """Name what a client asks for that this server does not do (RFC 7591 section 2)."""
    served = {
        "grant_types": {"authorization_code", "refresh_token"},
        "response_types": {"code"},
    }
    for field, values in served.items():
        asked = metadata.get(field) or [] if isinstance(metadata, dict) else []
        if not isinstance(asked, list) or any(value not in values for value in map(str, asked)):
            return field
    uris = metadata.get("redirect_uris") or [] if isinstance(metadata, dict) else []
    if not isinstance(uris, list) or any(len(str(uri).split()) != 1 for uri in uris):
        return "redirect_uris"
    return ""


def error_response(error: str, description: str, status: int) -> JsonResponse:
    return JsonResponse({"error": error, "error_description": description}, status=status)


class MetadataFetcher(SafeMetadataFetcher):  # type: ignore[misc]
    """Reads a client's metadata, and takes the method we have from those it offers.

    ChatGPT's document prefers `private_key_jwt` and lists `none` beside it; with `none` the
    client is a public one, and PKCE protects its codes.
    """

    def fetch(self, client_id: str) -> tuple[dict[str, Any], int]:
        metadata, max_age = super().fetch(client_id)
        return with_supported_auth_method(metadata), max_age


def with_supported_auth_method(metadata: dict[str, Any]) -> dict[str, Any]:
    offered = metadata.get("token_endpoint_auth_methods_supported")
    if isinstance(offered, list) and "none" in offered:
        return {**metadata, "token_endpoint_auth_method": "none"}
    return metadata
