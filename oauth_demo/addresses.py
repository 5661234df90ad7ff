"""Where the authorization servers of the site are, said without a request."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
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


def own_url() -> str:
    """Return where the site is reached, as far as its settings say.

    A public URL that was named, else this machine in development, else the first host: at the port
    of https, or of what stands in front, or at the site's own.
    """
    if settings.PUBLIC_URLS:
        return str(settings.PUBLIC_URLS[0])
    if settings.DEBUG:
        return f"http://localhost:{settings.PORT}"
    named = (host for host in settings.ALLOWED_HOSTS if host[:1] not in (".", "*"))
    host = next(named, "HOST-OF-THIS-SITE")
    if settings.HTTPS:
        return f"https://{host}"
    return f"http://{host}" if settings.TRUST_PROXY else f"http://{host}:{settings.PORT}"
