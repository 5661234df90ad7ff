"""Clients that are known by the URL of a document that describes them.

draft-ietf-oauth-client-id-metadata-document-01; the library fetches, from public addresses alone
(section 6.5), and caches.
"""

from typing import Any

from django.http import HttpRequest
from oauth2_provider.cimd import CIMDError, SafeMetadataFetcher
from oauth2_provider.models import Application
from oauthlib.common import Request

from api.throttling import Limit, client_address
from oauth_demo.client_metadata import SERVED, ClientMetadataError, check_client_metadata
from oauth_demo.errors import ClientUnavailableError
from oauth_demo.redirects import is_allowed_redirect
from oauth_demo.unused_clients import make_room


class DocumentPermission:
    """Says whether a document may be fetched now: that is work, and a new one leaves a row."""

    def has_permission(self, request: Request, client_id: str) -> bool:
        within = Limit("exchange", f"document:{address_of(request)}").count()
        if Application.objects.filter(client_id=client_id).exists():
            return within  # else what was read before serves on
        if not within or not make_room():
            raise ClientUnavailableError("Too many new clients. Try again later.", request=request)
        return True


def address_of(request: Request) -> str:
    """Return where a request came from; of Django's, the library hands on META as its headers."""
    received = HttpRequest()
    received.META = dict(request.headers)
    return client_address(received)


class MetadataFetcher(SafeMetadataFetcher):  # type: ignore[misc]
    """Reads a client's document, holds it against the rules, and takes of it what is served."""

    def fetch(self, client_id: str) -> tuple[dict[str, Any], int]:
        if not (client_id.startswith("https://") and is_allowed_redirect(client_id)):
            # People are shown its host, so it has to be what it looks like.
            raise CIMDError("client_id is no plain https URL")
        document, max_age = self.read(client_id)
        taken = narrowed(document)
        try:
            check_client_metadata(taken)
        except ClientMetadataError as error:
            raise CIMDError(error.description) from error
        return taken, max_age

    def read(self, client_id: str) -> tuple[dict[str, Any], int]:
        """Return the document, and how many seconds it is good for; raises CIMDError."""
        document, max_age = super().fetch(client_id)
        return document, max_age


def narrowed(document: dict[str, Any]) -> dict[str, Any]:
    """Take from what a document offers what is served here.

    One document is for all servers: VS Code's has a grant more, and ChatGPT's prefers
    `private_key_jwt` and lists `none` beside it. With `none` the client is a public one, and PKCE
    protects its codes.
    """
    taken = dict(document)
    for field, served in SERVED.items():
        offered = document.get(field)
        if isinstance(offered, list):
            taken[field] = [value for value in served if value in offered] or offered
    methods = document.get("token_endpoint_auth_methods_supported")
    if isinstance(methods, list) and "none" in methods:
        taken["token_endpoint_auth_method"] = "none"
    return taken
