from oauthlib.oauth2.rfc6749 import errors


class ClientUnavailableError(errors.FatalClientError):  # type: ignore[misc]
    """Nobody can say now whether there is such a client, so nothing leads back to it."""

    error = "temporarily_unavailable"  # RFC 6749 section 4.1.2.1
    status_code = 503
