"""Where a client may send people back to, what a redirect there carries, and what leads to it."""

import re
from collections.abc import Iterable
from ipaddress import IPv4Address
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpResponse, QueryDict
from django.urls import Resolver404, resolve
from oauth2_provider.models import Application

from api.hosts import own_url

URI_LENGTH = 500

# RFC 3986 section 3, as far as it serves here: no user name, no wildcard, no fragment.
LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
NAME = rf"{LABEL}(?:\.{LABEL})*"
HOST = rf"(?:{NAME}|\[[0-9A-Fa-f:.]+\])"
LOOPBACK = r"(?:127\.0\.0\.1|\[::1\]|localhost)"
PORT = r"(?::[1-9][0-9]{0,4})?"
PATH = r"[A-Za-z0-9._~:/@!$&'()*+,;=%-]*"
QUERY = rf"(?:\?(?:{PATH}|\?)*)?"
WEB = re.compile(rf"(?:https://{HOST}|http://{LOOPBACK}){PORT}(?:/{PATH})?{QUERY}")
PRIVATE = re.compile(rf"(?P<scheme>[a-z][a-z0-9.+-]*):/(?:/{NAME}(?:/{PATH})?|(?!/){PATH}){QUERY}")
NUMBER = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*")


def is_allowed_redirect(uri: object) -> bool:
    """Say whether codes may be sent there: the one rule for all clients, however they are known.

    https; http on the person's own machine (RFC 8252 section 7.3); and an app's private scheme that
    the operator named (section 7.1). Lower-case schemes and literal loopback addresses alone, so
    that a URI is what it looks like.
    """
    if not isinstance(uri, str) or len(uri) > URI_LENGTH:
        return False
    if WEB.fullmatch(uri):
        return has_possible_address(uri)
    private = PRIVATE.fullmatch(uri)
    return private is not None and private["scheme"] in settings.OAUTH_REDIRECT_SCHEMES


def has_possible_address(uri: str) -> bool:
    """Say whether host and port can be: no `2130706433`, which browsers read as `127.0.0.1`."""
    try:
        parts = urlsplit(uri)  # which knows what may stand in brackets
        host = parts.hostname or ""
        if NUMBER.fullmatch(host.rpartition(".")[2]):  # URL Standard, "ends in a number"
            IPv4Address(host)
        return parts.port is None or parts.port > 0
    except ValueError:
        return False


def allowed_redirects() -> str:
    """Return the rule in words."""
    schemes = "".join(f", or {scheme}:" for scheme in settings.OAUTH_REDIRECT_SCHEMES)
    return (
        "A redirect URI begins with https://, or with http://127.0.0.1, http://[::1] or "
        f"http://localhost (any port){schemes}. It has no user name, wildcard or fragment, and "
        f"{URI_LENGTH} characters at most."
    )


def destination(uri: str) -> str:
    """Name the place that a redirect URI leads to, in as few words as people need."""
    parts = urlsplit(uri)
    if f"{parts.scheme}://{parts.netloc}".lower() == own_url():  # which names UNKNOWN in capitals
        return f"this site itself ({parts.netloc})"
    if parts.scheme == "https":
        return parts.netloc
    if parts.scheme == "http":
        return f"a program on this device ({parts.netloc})"
    return f"the app on this device that opens {parts.scheme}: links"


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
    sources = form_actions(application.redirect_uris.split())
    allowed: HttpResponse = csp_update({"form-action": sources})(lambda request: response)(None)  # type: ignore[arg-type, assignment]
    return allowed


def form_actions(uris: Iterable[str]) -> list[str]:
    """Return what a Content-Security-Policy calls the places that redirect URIs lead to.

    What is no allowed redirect URI is left out: it could end a directive, or the header.
    """
    sources = set()
    for uri in filter(is_allowed_redirect, uris):
        parts = urlsplit(uri)
        if parts.scheme not in ("http", "https") or ":" in str(parts.hostname):
            sources.add(f"{parts.scheme}:")  # no policy can name an IPv6 address
        elif parts.scheme == "http":
            sources.add(f"http://{parts.hostname}:*")  # the port is known when the client asks
        else:
            sources.add(f"https://{parts.netloc}")
    return sorted(sources)


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
