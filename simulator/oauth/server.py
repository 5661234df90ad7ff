"""What is known of an authorization server: from the manifest, and from its own metadata."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from api.fetching import FetchError
from api.hosts import is_loopback, parts_of
from simulator import reasons
from simulator.errors import StepError
from simulator.fetching import TracedFetcher

JSON, FORM = "application/json", "application/x-www-form-urlencoded"


@dataclass(frozen=True, kw_only=True)
class Server:
    """An authorization server, as far as a client has to know it."""

    authorize_url: str
    token_url: str
    scope: str = ""
    content_type: str = FORM
    """Of token requests."""
    issuer: str = ""
    """"" where it publishes no metadata."""
    promises_issuer: bool = False
    """Whether it says who it is whenever it sends somebody back (RFC 9207)."""
    offers_s256: bool = False
    registration_url: str = ""
    revocation_url: str = ""
    auth_methods: tuple[str, ...] = ()
    """How clients may prove themselves at the token endpoint (RFC 8414 section 2)."""
    resource: str = ""
    """What its tokens are to open, where it must be told (RFC 8707)."""

    def __post_init__(self) -> None:
        for url in (
            *(self.authorize_url, self.token_url),
            *(self.registration_url, self.revocation_url),
        ):
            if url:
                require_secure(url)

    def as_details(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of_details(cls, details: Mapping[str, Any]) -> "Server":
        return cls(**{**details, "auth_methods": tuple(details["auth_methods"])})


def require_secure(url: str) -> None:
    """Raise StepError for a URL to which secrets would go in the clear."""
    scheme = parts_of(url).scheme
    if scheme != "https" and not (scheme == "http" and is_loopback(url)):
        raise StepError(f"{url} would carry secrets in the clear. Serve it by https.")


def offered(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return what metadata says of a server beside its two endpoints (RFC 8414 section 2)."""
    return {
        "issuer": text(metadata, "issuer"),
        "promises_issuer": metadata.get("authorization_response_iss_parameter_supported") is True,
        "offers_s256": "S256" in texts(metadata, "code_challenge_methods_supported"),
        "registration_url": text(metadata, "registration_endpoint"),
        "revocation_url": text(metadata, "revocation_endpoint"),
        "auth_methods": texts(metadata, "token_endpoint_auth_methods_supported"),
    }


def read_metadata(fetcher: TracedFetcher, issuer: str) -> Mapping[str, Any]:
    """Return what an issuer publishes of itself; {} where it publishes nothing.

    Metadata that names another issuer is somebody else's, and not used (RFC 8414 section 3.3).
    """
    for url in places(issuer):
        found = read_json(fetcher.to(reasons.SERVER_METADATA), url)
        if found.get("issuer") == issuer:
            return found
    return {}


def places(issuer: str) -> Iterator[str]:
    """Yield where an issuer's metadata may stand (RFC 8414 sections 3.1 and 5)."""
    parts = parts_of(issuer)
    origin, path = f"{parts.scheme}://{parts.netloc}", parts.path.rstrip("/")
    yield f"{origin}/.well-known/oauth-authorization-server{path}"
    yield f"{origin}/.well-known/openid-configuration{path}"
    if path:
        yield f"{origin}{path}/.well-known/openid-configuration"


def read_json(fetcher: TracedFetcher, url: str) -> dict[str, Any]:
    """Return the object at a URL; {} where there is none."""
    try:
        answer = fetcher.get(url)
        found = orjson.loads(answer.body)
    except (FetchError, ValueError):
        return {}
    return found if answer.status == 200 and isinstance(found, dict) else {}


def text(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    return value if isinstance(value, str) else ""


def texts(document: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = document.get(name)
    return tuple(map(str, value)) if isinstance(value, list) else ()
