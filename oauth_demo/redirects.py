"""The way back to the client: what a redirect to it carries, and what the pages before it allow."""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from csp.decorators import csp_update
from django.http import HttpResponse, QueryDict
from django.urls import Resolver404, resolve
from oauth2_provider.models import Application

# What may stand in a policy: nothing that would end a directive, or the header.
ORIGIN = re.compile(r"https?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:\d+)?")


def with_issuer(url: str, issuer: str) -> str:
    """Return a redirect to a client, with the one `iss` that it may have (RFC 9207 section 2)."""
    parts = urlsplit(url)
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != "iss"]
    return urlunsplit(parts._replace(query=urlencode([*query, ("iss", issuer)])))


def opened_by_client(
    response: HttpResponse, application: Application | None = None
) -> HttpResponse:
    """Let a page of the flow lead back to the client.

    A form may be answered by a redirect to the client: Chromium holds `form-action` against
    each step of it, so the origins of the registered redirect URIs are let in. A client that
    opened the flow in a popup keeps its hold on it only if no step of it, redirects
    included, asks for another Cross-Origin-Opener-Policy.
    """
    response["Cross-Origin-Opener-Policy"] = "unsafe-none"
    if application is None:
        return response
    parts = [urlsplit(uri) for uri in application.redirect_uris.split()]
    origins = sorted({f"{part.scheme}://{part.netloc}" for part in parts})
    origins = [origin for origin in origins if ORIGIN.fullmatch(origin)]
    allowed: HttpResponse = csp_update({"form-action": origins})(lambda request: response)(None)  # type: ignore[arg-type, assignment]
    return allowed


def client_of(url: str) -> Application | None:
    """Return the client whose authorization request stands at a URL of this site, if any."""
    parts = urlsplit(url)
    try:
        match = resolve(parts.path)
    except Resolver404:
        return None
    if match.url_name != "authorize":
        return None
    client_id = QueryDict(parts.query).get("client_id", "").replace("\0", "")
    return Application.objects.filter(client_id=client_id).first()
