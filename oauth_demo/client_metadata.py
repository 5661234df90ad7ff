"""What a client that makes itself known says of itself, and what of it is taken.

The same rules for a registration (RFC 7591 section 2) and for a Client ID Metadata Document, which
has the same fields.
"""

import re
from typing import Any
from unicodedata import category

from oauth2_provider.models import Application

from oauth_demo.redirects import allowed_redirects, is_allowed_redirect

NAME_LENGTH = 100
REDIRECT_URIS = 20
SERVED = {
    "grant_types": frozenset({"authorization_code", "refresh_token"}),
    "response_types": frozenset({"code"}),
}

# Printable for Python, and still seen by nobody: fillers, and variants of no emoji.
UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0"
    "\ufe00-\ufe0e\U000e0100-\U000e01ef]|(?<![#*0-9\u00a9-\U0001faff])\ufe0f"
)


def registered_itself(application: Application) -> bool:
    """Say whether nobody but the client vouches for what is known of it."""
    manual = application.RegistrationSource.MANUAL
    return bool(application.registration_source != manual)


class ClientMetadataError(ValueError):
    """Metadata that is refused, with an error of RFC 7591 section 3.2.2."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description


def check_client_metadata(metadata: Any) -> None:
    """Raise ClientMetadataError where a client asks for what is not served, or is not allowed."""
    if not isinstance(metadata, dict):
        raise ClientMetadataError("invalid_client_metadata", "The metadata must be a JSON object.")
    for field, served in SERVED.items():
        asked = metadata.get(field) or []
        if not isinstance(asked, list) or not served.issuperset(map(str, asked)):
            words = f"{field} must be a list of no more than {', '.join(sorted(served))}."
            raise ClientMetadataError("invalid_client_metadata", words)
    name = metadata.get("client_name", "")
    if not isinstance(name, str) or len(name) > NAME_LENGTH or not shows(name):
        words = f"client_name must be text that shows, of {NAME_LENGTH} characters at most."
        raise ClientMetadataError("invalid_client_metadata", words)
    check_redirect_uris(metadata.get("redirect_uris"))


def shows(name: str) -> bool:
    """Say whether all of a name is seen, where it stands.

    What is not would make one name look like another, or like none; and marks that pile up on a
    letter are drawn over the lines around it, which say where the client leads.
    """
    kinds = "".join(category(each)[0] for each in name)
    seen = not name or not {*kinds}.isdisjoint("LNPS")
    return seen and name.isprintable() and not UNSEEN.search(name) and "MMMM" not in kinds


def check_redirect_uris(uris: Any) -> None:
    if not isinstance(uris, list) or not 0 < len(uris) <= REDIRECT_URIS:
        words = f"redirect_uris must be a list of 1 to {REDIRECT_URIS} URIs."
        raise ClientMetadataError("invalid_redirect_uri", words)
    if not all(map(is_allowed_redirect, uris)):
        raise ClientMetadataError("invalid_redirect_uri", allowed_redirects())
