"""Where a request comes from."""

from django.http import HttpRequest
from rest_framework.throttling import BaseThrottle


def client_address(request: HttpRequest) -> str:
    """Return the address that throttling goes by, so that signing in goes by the same."""
    return BaseThrottle().get_ident(request)  # type: ignore[arg-type]
