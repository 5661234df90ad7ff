"""Gets tokens, renews them, and ends them: RFC 6749 sections 4.1.3 and 6, RFC 7009."""

import base64
import re
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote_plus, urlencode

import orjson

from api.fetching import Fetched
from simulator import reasons
from simulator.errors import StepError
from simulator.fetching import TracedFetcher
from simulator.oauth.answers import read_answer, refusal
from simulator.oauth.server import FORM, JSON, Server

TOKEN = re.compile(r"[\x21-\x7e]+")
"""What a header carries as one word; RFC 6750 section 2.1 allows less."""
NOT_UNDERSTOOD = (400, 406, 415, 422)


def exchange(
    fetcher: TracedFetcher, server: Server, client: Mapping[str, str], fields: Mapping[str, str]
) -> dict[str, Any]:
    """Return the tokens for a code; raises StepError, FetchError."""
    fields = {"grant_type": "authorization_code", **fields}
    answer = ask(fetcher.to(reasons.EXCHANGE), server, client, fields)
    try:
        return read_tokens(answer)
    except StepError as error:
        if answer.status not in NOT_UNDERSTOOD or refusal(answer):
            raise
        hint = f"It was sent as {server.content_type}: does the endpoint read that?"
        raise StepError(f"{error} {hint}") from error


def refresh(
    fetcher: TracedFetcher, server: Server, client: Mapping[str, str], refresh_token: str
) -> dict[str, Any]:
    """Return new tokens; the old refresh token stays where no new one comes."""
    fields = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    return read_tokens(ask(fetcher.to(reasons.REFRESH), server, client, fields))


def ask(
    fetcher: TracedFetcher, server: Server, client: Mapping[str, str], fields: Mapping[str, str]
) -> Fetched:
    resource = {"resource": server.resource} if server.resource else {}
    return send(fetcher, server.token_url, server.content_type, client, {**fields, **resource})


def revoke(fetcher: TracedFetcher, server: Server, client: Mapping[str, str], token: str) -> None:
    """End a token; raises StepError where the server does not (RFC 7009 section 2.2)."""
    sent = {"token": token}
    answer = send(fetcher.to(reasons.REVOKE), server.revocation_url, FORM, client, sent)
    if answer.status != 200:
        raise StepError(f"The revocation endpoint answers HTTP status {answer.status}.")


def send(
    fetcher: TracedFetcher,
    url: str,
    content_type: str,
    client: Mapping[str, str],
    fields: Mapping[str, str],
) -> Fetched:
    """Send a request in which the client proves itself (RFC 6749 section 2.3.1).

    A public client sends none of its secret, though servers give it one: it proves nothing by it.
    """
    headers = {"Content-Type": content_type, "Accept": JSON}
    if client.get("auth_method") == "client_secret_basic":
        both = ":".join(quote_plus(client.get(name, "")) for name in ("client_id", "client_secret"))
        headers["Authorization"] = f"Basic {base64.b64encode(both.encode()).decode()}"
    else:
        public = client.get("auth_method") == "none"
        names = ("client_id",) if public else ("client_id", "client_secret")
        fields = {**fields, **{name: client[name] for name in names if client.get(name)}}
    body = orjson.dumps(fields) if content_type == JSON else urlencode(fields).encode()
    return fetcher.send("POST", url, headers=headers, body=body, follow=False)


def read_tokens(answer: Fetched) -> dict[str, Any]:
    section = "RFC 6749 section 5.1"
    said = read_answer(answer, "token endpoint", section)
    if not isinstance(said.get("access_token"), str) or not said["access_token"]:
        raise StepError(f"The token endpoint answers no access_token ({section}).")
    if not TOKEN.fullmatch(said["access_token"]):
        raise StepError("The token endpoint answers an access_token that no header can carry.")
    if "token_type" not in said:
        raise StepError(f'It answers no token_type. Answer "bearer" ({section}).')
    kind = said["token_type"]
    if str(kind).lower() != "bearer":
        raise StepError(f'Its token_type is {kind!r}. Answer "bearer" ({section}).')
    tokens: dict[str, Any] = {"access_token": said["access_token"]}
    if isinstance(said.get("refresh_token"), str) and said["refresh_token"]:
        tokens["refresh_token"] = said["refresh_token"]
    if isinstance(said.get("expires_in"), int):
        tokens["expires_at"] = int(time.time()) + said["expires_in"]
    if isinstance(said.get("scope"), str):
        tokens["scope"] = said["scope"]
    return tokens
