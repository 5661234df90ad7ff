"""Makes a client known to an authorization server, and forgotten: RFC 7591, RFC 7592."""

from collections.abc import Mapping

import orjson

from simulator import reasons
from simulator.errors import StepError
from simulator.fetching import TracedFetcher
from simulator.oauth.answers import read_answer
from simulator.oauth.server import JSON, Server, require_secure

CLIENT_NAME = "Plugin console"
METHODS = ("client_secret_post", "client_secret_basic", "none")
"""In the order in which they are chosen; the first is how ChatGPT proved itself."""


def made_by_hand(server: Server, client_id: str, client_secret: str) -> dict[str, str]:
    """Return a client that the server's operator made, with the way in which it proves itself."""
    if not client_secret:
        return {"client_id": client_id, "auth_method": "none"}
    with_secret = (each for each in METHODS[:2] if each in server.auth_methods)
    method = next(with_secret, METHODS[0])
    return {"client_id": client_id, "client_secret": client_secret, "auth_method": method}


def register(fetcher: TracedFetcher, server: Server, redirect_uri: str) -> dict[str, str]:
    """Return the client that the server makes; raises StepError, FetchError."""
    offered = server.auth_methods or ("client_secret_basic",)  # RFC 8414 section 2
    method = next((each for each in METHODS if each in offered), None)
    if method is None:
        raise StepError(
            f"Its clients prove themselves by {', '.join(offered)}, not by {', '.join(METHODS)}."
        )
    body = {
        "client_name": CLIENT_NAME,
        "redirect_uris": [redirect_uri],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": method,
    }
    answer = fetcher.to(reasons.REGISTER).send(
        "POST",
        server.registration_url,
        headers={"Content-Type": JSON, "Accept": JSON},
        body=orjson.dumps(body),
        follow=False,
    )
    said = read_answer(answer, "registration endpoint", "RFC 7591 section 3.2.1")
    if not isinstance(said.get("client_id"), str):
        raise StepError("The registration endpoint answers no client_id (RFC 7591 section 3.2.1).")
    names = ("client_id", "client_secret", "registration_client_uri", "registration_access_token")
    client = {name: said[name] for name in names if isinstance(said.get(name), str)}
    return {**client, "auth_method": str(said.get("token_endpoint_auth_method") or method)}


def unregister(fetcher: TracedFetcher, secrets: Mapping[str, str]) -> str:
    """Delete a client that was registered; return in words what was done, "" for nothing."""
    url, token = secrets.get("registration_client_uri"), secrets.get("registration_access_token")
    if not url or not token:
        return ""
    require_secure(url)
    headers = {"Authorization": f"Bearer {token}"}
    answer = fetcher.to(reasons.UNREGISTER).send("DELETE", url, headers=headers, follow=False)
    if answer.status != 204:
        raise StepError(f"The client was not deleted: HTTP status {answer.status} from {url}.")
    return "Deleted the client that had been registered."
