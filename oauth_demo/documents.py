"""Clients that are known by the URL of a document that describes them.

draft-ietf-oauth-client-id-metadata-document-01; what the library keeps of one, it keeps for as long
as the document says. They are fetched from public addresses alone (section 6.5).
"""

import re
from typing import Any

import orjson
from oauth2_provider.cimd import CIMDError
from oauth2_provider.models import Application
from oauth2_provider.settings import oauth2_settings
from oauthlib.common import Request

from api.addresses import address_of
from api.fetching import Fetched, Fetcher, FetchError
from api.throttling import Limit
from oauth_demo.client_metadata import SERVED, ClientMetadataError, check_client_metadata
from oauth_demo.errors import ClientUnavailableError
from oauth_demo.redirects import is_allowed_redirect
from oauth_demo.unused_clients import make_room

ACCEPT = "application/json, application/*+json"
JSON_TYPE = re.compile(r"application/([\w.+-]+\+)?json", re.IGNORECASE)
MAX_AGE = re.compile(r"max-age\s*=\s*(\d{1,9})", re.IGNORECASE)
NOT_KEPT = re.compile(r"\bno-(store|cache)\b", re.IGNORECASE)


class DocumentPermission:
    """Says whether a document may be fetched now: that is work, and a new one leaves a row."""

    def has_permission(self, request: Request, client_id: str) -> bool:
        # The library hands on Django's META as the headers.
        within = Limit("exchange", f"document:{address_of(request.headers)}").count()
        if Application.objects.filter(client_id=client_id).exists():
            return within  # else what was read before serves on
        if not within or not make_room():
            raise ClientUnavailableError("Too many new clients. Try again later.", request=request)
        return True


class MetadataFetcher:
    """Reads a client's document, holds it against the rules, and takes of it what is served."""

    def fetch(self, client_id: str) -> tuple[dict[str, Any], int]:
        if not is_client_url(client_id):
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
        try:
            answer = self.fetcher().send("GET", client_id, headers={"Accept": ACCEPT}, follow=False)
        except FetchError as error:
            raise CIMDError(str(error)) from error
        return document_of(answer), max_age_of(answer)

    def fetcher(self) -> Fetcher:
        """A person waits for it, and a thread that others need as well."""
        return Fetcher(
            loopback=False,
            seconds=oauth2_settings.CIMD_FETCH_TIMEOUT_SECONDS,
            size_max=oauth2_settings.CIMD_MAX_DOCUMENT_SIZE,
        )


def is_client_url(client_id: str) -> bool:
    """Say whether it may be a client_id: https, with a path, without dot segments (section 3)."""
    if not (client_id.startswith("https://") and is_allowed_redirect(client_id)):
        return False
    _, *segments = client_id.partition("?")[0].removeprefix("https://").split("/")
    return bool(segments) and {".", ".."}.isdisjoint(segments)


def document_of(answer: Fetched) -> dict[str, Any]:
    """Return the document in an answer, which is not followed elsewhere; raises CIMDError."""
    if answer.status != 200:
        raise CIMDError(f"{answer.url} answers HTTP status {answer.status}")
    kind = answer.header("content-type").partition(";")[0].strip()
    if not JSON_TYPE.fullmatch(kind):
        raise CIMDError(f"{answer.url} answers {kind or 'no Content-Type'}, and no JSON")
    try:
        document = orjson.loads(answer.body)
    except ValueError as error:
        raise CIMDError(f"{answer.url} answers broken JSON: {error}") from error
    if not isinstance(document, dict):
        raise CIMDError(f"{answer.url} answers JSON, and no object")
    return document


def max_age_of(answer: Fetched) -> int:
    """Return how many seconds a document is kept: as it says, within this site's bounds."""
    least = int(oauth2_settings.CIMD_METADATA_MIN_AGE_SECONDS)
    most = int(oauth2_settings.CIMD_METADATA_MAX_AGE_SECONDS)
    said = answer.header("cache-control")
    if NOT_KEPT.search(said):
        return least
    found = MAX_AGE.search(said)
    return max(least, min(int(found[1]), most)) if found else most


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
