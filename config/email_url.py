"""Where mail goes, as EMAIL_URL says it."""

from typing import Any

import dj_email_url
from django.core.exceptions import ImproperlyConfigured

SCHEMES = ("smtp", "submission", "console")


def email_settings(url: str) -> dict[str, Any]:
    """Return Django's settings for mail; none is sent where there is no URL.

    Raises ImproperlyConfigured. The secret in a URL that is wrong is not shown.
    """
    scheme, separator, _ = url.partition("://")
    if url and not (separator and scheme in SCHEMES):
        raise ImproperlyConfigured(
            "EMAIL_URL is not understood. Write smtp://USER:PASSWORD@HOST:25, or "
            "submission://USER:PASSWORD@HOST:587 for a server that wants TLS; signs such as @ in "
            "a password percent-encoded."
        )
    try:
        parsed: dict[str, Any] = dj_email_url.parse(url or "dummy://")
    except ValueError as error:  # a port that is none
        raise ImproperlyConfigured("EMAIL_URL has no usable host and port.") from error
    if scheme in ("smtp", "submission") and not parsed["EMAIL_HOST"]:
        raise ImproperlyConfigured("EMAIL_URL names no host.")
    return parsed
