"""Which schemes may be named as an app's own (RFC 8252 section 7.1)."""

import re
from collections.abc import Iterable

from marshmallow import ValidationError

SCHEME = re.compile(r"[a-z][a-z0-9+.-]*")  # RFC 3986 section 3.1, as it is written
NOT_PRIVATE = frozenset({"about", "blob", "data", "file", "filesystem", "ftp", "http", "https"}) | {
    *("javascript", "mailto", "vbscript", "view-source", "ws", "wss")
}


def check_private_schemes(schemes: Iterable[str]) -> None:
    """Refuse what a browser opens itself: there, a code would go to anybody."""
    for scheme in schemes:
        if scheme in NOT_PRIVATE or not SCHEME.fullmatch(scheme):
            raise ValidationError(f"“{scheme}” is no private scheme of an app, such as cursor.")
