"""Sends a person to agree, and looks at what they come back with: RFC 6749 section 4.1."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlunsplit

from api.hosts import parts_of
from simulator.errors import StepError
from simulator.oauth.server import Server


@dataclass(frozen=True)
class Visit:
    """A person's way to the authorization server, and what only this client knows of it."""

    url: str
    """Where they go."""
    redirect_uri: str
    """Where they come back to."""
    state: str
    verifier: str = ""
    """Of PKCE; "" without it."""


def visit(server: Server, *, client_id: str, redirect_uri: str) -> Visit:
    """Return the way of somebody who is to agree.

    The scope is sent as it is, "" too, as ChatGPT did; PKCE where the server offers it, by S256
    alone (RFC 7636 section 4.2).
    """
    state = secrets.token_urlsafe(24)
    query = {
        "response_type": "code",
        "client_id": client_id,
        "scope": server.scope,
        "state": state,
        "redirect_uri": redirect_uri,
    }
    verifier = ""
    if server.offers_s256:
        verifier = secrets.token_urlsafe(48)
        query |= {"code_challenge": challenge(verifier), "code_challenge_method": "S256"}
    if server.resource:
        query["resource"] = server.resource
    parts = parts_of(server.authorize_url)
    own = parse_qsl(parts.query, keep_blank_values=True)  # which has to stay: RFC 6749 section 3.1
    url = urlunsplit(parts._replace(query=urlencode([*own, *query.items()]), fragment=""))
    return Visit(url, redirect_uri, state, verifier)


def challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def code_of(server: Server, visit: Visit, came_back: Mapping[str, str]) -> str:
    """Return the code that somebody came back with; raises StepError for what is no answer to us.

    The state and the issuer come first: what is not from this server is not even read as an error.
    """
    state = came_back.get("state", "")
    if not hmac.compare_digest(state.encode(), visit.state.encode()):
        found = "no state" if not state else "another state than was sent"
        raise StepError(
            f"The person came back with {found}. The authorization server has to echo it exactly "
            "(RFC 6749 section 4.1.2); otherwise somebody else started this. Nothing was exchanged."
        )
    issuer = came_back.get("iss")
    if server.issuer and (issuer is not None or server.promises_issuer) and issuer != server.issuer:
        raise StepError(
            f"The person came back from issuer {issuer!r}, and was sent to {server.issuer!r} "
            "(RFC 9207 section 2.4). Nothing was exchanged."
        )
    if error := came_back.get("error"):
        why = came_back.get("error_description") or "it does not say why"
        raise StepError(f"The authorization server says {error}: {why}")
    if not came_back.get("code"):
        raise StepError("The person came back without a code (RFC 6749 section 4.1.2).")
    return came_back["code"]
