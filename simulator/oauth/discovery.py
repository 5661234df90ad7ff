"""Finds the authorization server: of a plugin by its manifest, of an MCP server by RFC 9728."""

from collections.abc import Mapping
from typing import Any

from api.hosts import parts_of
from plugins.linter.manifest import CONTENT_TYPES, WELL_KNOWN
from plugins.linter.rules import shown
from simulator import reasons
from simulator.errors import StepError
from simulator.fetching import TracedFetcher
from simulator.oauth.server import Server, offered, read_json, read_metadata, text, texts


def of_manifest(url: str, auth: Mapping[str, Any], fetcher: TracedFetcher) -> Server:
    """Return the server that a manifest names, with what its metadata offers beyond that.

    Metadata counts where it agrees with the manifest; any other is of another server.
    """
    named = {name: text(auth, name) for name in ("client_url", "authorization_url")}
    for name, found in named.items():
        if not found:
            raise StepError(f"The manifest's auth has no {name}. Give the URL.")
    content_type = text(auth, "authorization_content_type")
    if content_type not in CONTENT_TYPES:
        raise StepError(
            f"The manifest's authorization_content_type is {shown(content_type)}. "
            f"Use one of {', '.join(CONTENT_TYPES)}."
        )
    metadata: Mapping[str, Any] = {}
    for issuer in issuers(url, named["authorization_url"]):
        published = read_metadata(fetcher, issuer)
        if published.get("token_endpoint") == named["authorization_url"]:
            metadata = published
            break
    return Server(
        authorize_url=named["client_url"],
        token_url=named["authorization_url"],
        scope=text(auth, "scope"),
        content_type=content_type,
        **offered(metadata),
    )


def issuers(url: str, token_url: str) -> tuple[str, ...]:
    """Return who may be the issuer: the plugin itself, or the host of its token endpoint."""
    parts = parts_of(token_url)
    plugin = url.partition("?")[0].removesuffix(WELL_KNOWN)
    return tuple(dict.fromkeys((plugin, f"{parts.scheme}://{parts.netloc}")))


def resource_metadata_url(url: str, fetcher: TracedFetcher) -> str | None:
    """Return where a resource has its metadata, which its challenge does not say (RFC 9728 3.1)."""
    parts = parts_of(url)
    root = f"{parts.scheme}://{parts.netloc}/.well-known/oauth-protected-resource"
    places = dict.fromkeys((f"{root}{parts.path.rstrip('/')}", root))
    asking = fetcher.to(reasons.RESOURCE_METADATA)
    return next((place for place in places if read_json(asking, place)), None)


def of_resource(url: str, metadata_url: str, fetcher: TracedFetcher) -> Server:
    """Return the server of a protected resource, which its challenge led to (RFC 9728 section 3).

    A client of MCP takes none without S256 (revision 2025-11-25, "Authorization").
    """
    resource = read_json(fetcher.to(reasons.RESOURCE_METADATA), metadata_url)
    named = text(resource, "resource")
    is_theirs = f"{url}/".startswith(f"{named.rstrip('/')}/")
    if not is_theirs or parts_of(named).netloc != parts_of(url).netloc:
        found = shown(resource.get("resource"))
        raise StepError(f"{metadata_url} is the metadata of {found}. Let it say {url}.")
    issuer = next(iter(texts(resource, "authorization_servers")), "")
    metadata = read_metadata(fetcher, issuer) if issuer else {}
    if not metadata:
        raise StepError(
            f"No metadata of the authorization server {shown(issuer)} is found. Serve that of "
            "RFC 8414, with the issuer that the resource names."
        )
    server = Server(
        authorize_url=text(metadata, "authorization_endpoint"),
        token_url=text(metadata, "token_endpoint"),
        scope=" ".join(texts(resource, "scopes_supported")),
        resource=text(resource, "resource"),
        **offered(metadata),
    )
    if not (server.authorize_url and server.token_url and server.offers_s256):
        raise StepError(
            f"The metadata of {issuer} has to name its authorization and token endpoints, and "
            "S256 among its code_challenge_methods_supported."
        )
    return server
