"""Where a request arrived: the same views answer at several places."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import ResolverMatch, reverse


@dataclass(frozen=True)
class Mount:
    """One place at which a set of routes is mounted, as one request reached it."""

    origin: str
    """Scheme and host that the request came to."""
    urlconf: Any = field(compare=False)
    match: ResolverMatch = field(compare=False)
    namespace: str
    """The instance namespace of the routes, by which Django tells one mount from another."""

    def url(self, name: str = "index") -> str:
        """Return the absolute URL of one of the routes, at this mount."""
        return self.origin + reverse(f"{self.namespace}:{name}", urlconf=self.urlconf)

    @property
    def root(self) -> str:
        """The URL of the mount itself: the server in OpenAPI, the issuer and resource in OAuth."""
        return self.url().rstrip("/")

    @property
    def resources(self) -> tuple[str, ...]:
        """The URLs by which clients may name the mount as what a token is for (RFC 8707)."""
        return (self.root, f"{self.root}/")

    def well_known_url(self, name: str, of: str = "index") -> str:
        """Return where a well-known document of one of the routes stands.

        Before the path of its URL, and not in it (RFC 8414 section 3.1, RFC 9728 section 3.1).
        """
        return f"{self.origin}/.well-known/{name}{urlsplit(self.url(of)).path.rstrip('/')}"


class MountedRequest(HttpRequest):
    """A request that arrived at a mount, as the middleware hands it on."""

    mount: Mount
