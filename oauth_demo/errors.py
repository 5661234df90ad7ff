"""What clients are told that did something wrong: RFC 6749 section 5.2."""

import json
from typing import Any

from oauthlib.oauth2.rfc6749 import errors


class ClientUnavailableError(errors.FatalClientError):  # type: ignore[misc]
    """Nobody can say now whether there is such a client, so nothing leads back to it."""

    error = "temporarily_unavailable"  # RFC 6749 section 4.1.2.1
    status_code = 503


WHAT_TO_DO = {
    "invalid_client": (
        "There is no such client, or this is not its secret. Send client_id and client_secret in "
        "the body, or both as HTTP Basic; a public client sends its client_id alone. The "
        "operator of this site makes clients, and new secrets for them."
    ),
    "invalid_grant": (
        "This code was used before, is older than a minute, belongs to another client or plugin, "
        "or came with another code_verifier than it was asked for with. Send the person to the "
        "authorization endpoint again."
    ),
    "invalid_request": "Send the parameters that RFC 6749 names, each of them once.",
    "unauthorized_client": "This client may not use this grant_type. Send authorization_code.",
    "unsupported_grant_type": "Send grant_type as authorization_code or as refresh_token.",
}
ANYTHING_ELSE = "See service_documentation in the metadata of this server for what it takes."
IN_OTHER_WORDS = {
    "Code verifier required.": (
        "code_verifier is missing. Send the one whose code_challenge the code was asked for with."
    ),
    "Missing redirect URI.": (
        "redirect_uri is missing. Send the one that the person was sent back to with the code."
    ),
}
"""What the library says of a fault, and what there is to do about it."""
REFRESHING = {
    "invalid_grant": (
        "This refresh token was replaced by another, expired, was ended, or belongs to another "
        "client or plugin. Send the newest one; where there is none, send the person to the "
        "authorization endpoint again."
    ),
}


def described(body: str | bytes, *, grant_type: str) -> bytes:
    """Return an error's JSON with words of what to do about it, where the library has none."""
    error: dict[str, Any] = json.loads(body)
    words = WHAT_TO_DO | REFRESHING if grant_type == "refresh_token" else WHAT_TO_DO
    said = error.get("error_description") or words.get(error["error"], ANYTHING_ELSE)
    error["error_description"] = IN_OTHER_WORDS.get(said, said)
    return json.dumps(error).encode()


AUTHORIZING = {
    "access_denied": "The person refused. Nothing was shared. Ask again only when they want it.",
    "unsupported_response_type": "Send response_type=code: codes alone are given here.",
    "unauthorized_client": "This client may not ask for codes. Ask the operator of this site.",
    "server_error": "Something failed here. Send the person again in a while.",
    "temporarily_unavailable": "Send the person again in a while.",
}
"""What a client is told by a redirect: RFC 6749 section 4.1.2.1."""
AUTHORIZING_IN_OTHER_WORDS = {
    "Missing response_type parameter.": "response_type is missing. Send response_type=code.",
    "Code challenge required.": (
        "code_challenge is missing. This client has no secret: send the S256 challenge of a "
        "code_verifier (RFC 7636)."
    ),
}


def describe(error: errors.OAuth2Error) -> None:
    """Put to an error that a redirect will carry what to do about it."""
    said = error.description or AUTHORIZING.get(error.error, ANYTHING_ELSE)
    error.description = AUTHORIZING_IN_OTHER_WORDS.get(said, said)
