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

    def well_known_url(self, name: str) -> str:
        """Return where one of the mount's well-known documents stands.

        Before the path of its URL, and not in it (RFC 8414 section 3.1, RFC 9728 section 3.1).
        """
        return f"{self.origin}/.well-known/{name}{urlsplit(self.root).path}"


class MountedRequest(HttpRequest):
    """A request that arrived at a mount, as the middleware hands it on."""

    mount: Mount
