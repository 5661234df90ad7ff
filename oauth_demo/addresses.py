"""Where the authorization servers of the site are, said without a request."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import NoReverseMatch, get_resolver, resolve, reverse

from oauth_demo.server import AuthorizationServer


@dataclass(frozen=True)
class ServerAddress:
    """An authorization server, and what a client has to be told of it."""

    server: AuthorizationServer
    authorization_url: str
    token_url: str

    @property
    def scope(self) -> str:
        return " ".join(self.server.scopes)


def server_addresses(site: str) -> Iterator[ServerAddress]:
    """Yield the authorization servers of the site at a URL, as its routes have them."""
    for namespace in reversed([*get_resolver().namespace_dict]):  # which has the last route first
        try:
            authorize = reverse(f"{namespace}:auth:authorize")
            token = reverse(f"{namespace}:auth:token")
        except NoReverseMatch:
            continue
        server = resolve(authorize).func.view_initkwargs["server"]  # type: ignore[attr-defined]
        yield ServerAddress(server, site + authorize, site + token)
