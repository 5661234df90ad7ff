"""How often a person may use the pages: as often as their client may call."""

from django.http import HttpRequest

from api.throttling import Limit, client_address


def within_rate(request: HttpRequest, store: str) -> bool:
    """Count one request for a page."""
    if request.user.is_authenticated:
        return Limit("person", f"{store}:{request.user.pk}").count()
    return Limit("address", f"{store}:{client_address(request)}").count()
