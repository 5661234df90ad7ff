"""What of OAuth expires."""

from collections.abc import Iterator
from typing import Any

from oauth2_provider.models import AccessToken, Grant, RefreshToken, clear_expired

from api.expiry import Expiring
from oauth_demo.unused_clients import end_expired_clients

KEPT: tuple[Any, ...] = (AccessToken, RefreshToken, Grant)


def expiring() -> Iterator[Expiring]:
    yield Expiring("OAuth codes and tokens", remove_tokens)
    yield Expiring("unused clients", remove_clients)


def remove_tokens() -> int:
    """Let the library remove what expired; a spent refresh token stays while it may come back."""
    before = number_kept()
    clear_expired()
    return before - number_kept()


def number_kept() -> int:
    return sum(model.objects.count() for model in KEPT)


def remove_clients() -> int:
    ended = 0
    while batch := end_expired_clients():
        ended += batch
    return ended
