"""What people are told of an authorization request, on each page that they pass on its way."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.http import QueryDict
from django.urls import Resolver404, resolve
from oauth2_provider.models import Application

from oauth_demo.client_metadata import registered_itself
from oauth_demo.redirects import client_of, destination, is_allowed_redirect
from oauth_demo.scopes import granted
from oauth_demo.server import AuthorizationServer


@dataclass(frozen=True)
class Asking:
    """A client that asks for access to a plugin, and where it says to send the person back to."""

    application: Application
    server: AuthorizationServer
    redirect_uri: str
    scopes: tuple[str, ...]

    @property
    def name(self) -> str:
        """What the client is called; by itself alone, where nobody vouches for it."""
        return str(self.application.name)

    @property
    def unverified(self) -> bool:
        return registered_itself(self.application)

    @property
    def destination(self) -> str:
        return destination(self.redirect_uri)

    @property
    def document_host(self) -> str:
        """The host of the document that describes the client; "" where there is none."""
        return str(urlsplit(self.application.client_id).netloc)

    @property
    def words(self) -> list[str]:
        """What it could do, in sentences."""
        return [self.server.scopes[scope] for scope in self.scopes]


def asking_at(url: str) -> Asking | None:
    """Return the authorization request at a URL of this site; None where it leads nowhere.

    Nothing is said of a request that could not be granted: it might say anything.
    """
    application = client_of(url)
    if application is None:
        return None
    parts = urlsplit(url)
    try:
        server = resolve(parts.path).func.view_initkwargs["server"]  # type: ignore[attr-defined]
    except Resolver404:  # pragma: no cover  # where `client_of` found it
        return None
    query = QueryDict(parts.query)
    known = application.redirect_uris.split()
    redirect_uri = query.get("redirect_uri") or (known[0] if len(known) == 1 else "")
    try:
        leads_there = application.redirect_uri_allowed(redirect_uri)
    except ValueError:  # no URI at all
        return None
    scopes = tuple(granted(query.get("scope", "").split() or server.scopes, known=server.scopes))
    if not (leads_there and is_allowed_redirect(redirect_uri) and scopes):
        return None
    return Asking(application, server, redirect_uri, scopes)
