"""Encrypts what others trusted this site with, by keys that come from SECRET_KEY.

Fernet of the `cryptography` package. A key that moved to SECRET_KEY_FALLBACKS still decrypts; what
is saved is encrypted with the first.
"""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

PURPOSE = b"simulator: secrets of installed plugins"


class UndecryptableError(Exception):
    """What was encrypted with a key that is gone."""

    def __init__(self) -> None:
        super().__init__(
            "Its secrets are encrypted with a SECRET_KEY that this site no longer has. Name that "
            "key in SECRET_KEY_FALLBACKS, or uninstall the plugin and install it again."
        )


def fernet() -> MultiFernet:
    return MultiFernet(
        Fernet(derived(key)) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    )


def derived(secret: str) -> bytes:
    """Return a key for this purpose alone (RFC 5869); secret keys are random, and need no salt."""
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(secret.encode())
    return base64.urlsafe_b64encode(key)


def encrypted(text: str) -> str:
    return fernet().encrypt(text.encode()).decode()


def decrypted(text: str) -> str:
    """Return what was encrypted; raises UndecryptableError."""
    try:
        return fernet().decrypt(text.encode()).decode()
    except InvalidToken as error:
        raise UndecryptableError from error
