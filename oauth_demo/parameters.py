"""What clients send to the token and revocation endpoints, read strictly (RFC 6749 section 3.2)."""

import base64
import binascii
import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote_plus

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, QueryDict, UnreadablePostError
from oauthlib.oauth2.rfc6749 import errors

VSCHAR = re.compile(r"[\x20-\x7e]+")  # what every parameter is made of, RFC 6749 appendix A
PARAMETERS = frozenset(
    {"grant_type", "client_id", "client_secret", "code", "redirect_uri", "code_verifier"}
    | {"refresh_token", "scope", "resource", "token", "token_type_hint"}
)


def invalid(description: str, status: int = 400) -> errors.InvalidRequestError:
    return errors.InvalidRequestError(description, status_code=status)


def read_parameters(request: HttpRequest) -> QueryDict:
    """Return what the client sent, whichever way; raise OAuth2Error where it cannot be right.

    Of the parameters of these endpoints, each is printable ASCII (RFC 6749 appendix A) and
    comes once (section 3.2; `resource` may repeat, RFC 8707). Others are ignored, and so are
    those without a value (section 3.2).
    """
    if request.META.get("QUERY_STRING"):
        # RFC 6749 section 2.3.1: secrets would be kept in logs with the URL.
        raise invalid("Send the parameters in the body, none in the URL.")
    parameters = QueryDict(mutable=True)
    for name, value in [*body_pairs(request), *basic_pairs(request)]:
        if name not in PARAMETERS or value in (None, "", []):
            continue
        values = value if name == "resource" and isinstance(value, list) else [value]
        for each in values:
            if not isinstance(each, str) or not VSCHAR.fullmatch(each):
                raise invalid(f"{name} must be printable ASCII text.")
            if name in parameters and name == "client_id" and parameters[name] == each:
                continue  # in the Authorization header and in the body, as many clients do
            if name in parameters and name != "resource":
                raise invalid(f"Send {name} once.")
            parameters.appendlist(name, each)
    return parameters


class Members(list[tuple[str, Any]]):
    """The members of a JSON object, those that come twice included."""


def body_pairs(request: HttpRequest) -> Iterable[tuple[str, Any]]:
    try:
        body = request.body
        if not body.lstrip().startswith(b"{") and request.content_type != "application/json":
            form = QueryDict(body, encoding="utf-8")
            return [(name, value) for name, values in form.lists() for value in values]
        members = json.loads(body, object_pairs_hook=Members)
    except RequestDataTooBig as error:
        raise errors.InvalidRequestError(
            "The body is too large. Send nothing but the parameters.", status_code=413
        ) from error
    except (UnreadablePostError, TooManyFieldsSent) as error:
        raise errors.InvalidRequestError(
            "The body did not arrive whole, or has too many parameters. Send it again."
        ) from error
    except (ValueError, RecursionError) as error:
        raise errors.InvalidRequestError(
            "The body is not JSON. Send a JSON object, or a form."
        ) from error
    if not isinstance(members, Members):
        raise invalid("The body must be a JSON object, or a form.")
    return members


def basic_pairs(request: HttpRequest) -> Iterable[tuple[str, str]]:
    """Return the client's credentials from the Authorization header (RFC 6749 section 2.3.1).

    A client that sends its secret in the body too uses two methods at once, which section 2.3
    forbids: the secret is then refused as sent twice.
    """
    header = request.META.pop("HTTP_AUTHORIZATION", "")
    if not header:
        return []
    scheme, _, credentials = header.partition(" ")
    try:
        client_id, colon, secret = base64.b64decode(credentials, validate=True).partition(b":")
        if scheme.lower() != "basic" or not colon:
            raise ValueError(scheme)
        return [
            ("client_id", unquote_plus(client_id.decode())),
            ("client_secret", unquote_plus(secret.decode())),
        ]
    except (binascii.Error, ValueError) as error:
        raise errors.InvalidClientError(
            "The Authorization header is not HTTP Basic. Send client_id and client_secret so, "
            "or in the body."
        ) from error
