"""How often a person may use the pages: as often as their client may call."""

from django.conf import settings
from django.http import HttpRequest

from config.api import Throttle
from oauth_demo.addresses import client_address


def within_rate(request: HttpRequest, store: str) -> bool:
    """Count one request for a page."""
    if not settings.THROTTLE:
        return True
    if request.user.is_authenticated:
        return Throttle().allow("person", f"{store}:{request.user.pk}")
    return Throttle().allow("address", f"{store}:{client_address(request)}")
