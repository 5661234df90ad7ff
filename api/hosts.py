"""Hosts and URLs: the site's own, and those that strangers write, some of which are none."""

import ipaddress
from urllib.parse import SplitResult, urljoin, urlsplit

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "HOST-OF-THIS-SITE"
"""What stands where no setting names the site's host."""
FORWARDED = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto")
"""What tunnels and proxies add."""


def parts_of(url: str) -> SplitResult:
    """Return the parts of a URL; all of them empty where it cannot be one."""
    try:
        return urlsplit(url)
    except ValueError:  # such as half an IPv6 address
        return urlsplit("")


def joined(base: str, url: str) -> str:
    """Return a URL as it is meant where it stands; itself where it cannot be one."""
    try:
        return urljoin(base, url)
    except ValueError:
        return url


def is_loopback(url: str) -> bool:
    """Say whether a URL's host is this machine by its name: `localhost`, or a loopback address."""
    host = parts_of(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):  # RFC 6761 section 6.3
        return True
    return is_loopback_address(host)


def comes_from_this_machine(request: HttpRequest) -> bool:
    """Say whether somebody who sits at this machine sends a request, as far as it can be told.

    What a tunnel or a proxy forwards comes from this machine too, and may even be written anew to
    name it; so there must be no sign of one, and the page that sends must be of this machine.
    """
    if settings.PUBLIC_URLS or any(name in request.headers for name in FORWARDED):
        return False
    origin = request.headers.get("Origin")
    return (
        is_loopback(f"http://{request.get_host()}")
        and is_loopback_address(request.META.get("REMOTE_ADDR", ""))
        and (origin is None or is_loopback(origin))
    )


def is_loopback_address(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def own_url() -> str:
    """Return where the site is reached, as far as its settings say.

    A public URL that was named, else this machine in development, else the first host: at the port
    of https, or of what stands in front, or at the site's own.
    """
    if settings.PUBLIC_URLS:
        return str(settings.PUBLIC_URLS[0])
    if settings.DEBUG:
        return f"http://localhost:{settings.PORT}"
    named = (host for host in settings.ALLOWED_HOSTS if host[:1] not in (".", "*"))
    host = next(named, UNKNOWN)
    if settings.HTTPS:
        return f"https://{host}"
    return f"http://{host}" if settings.TRUST_PROXY else f"http://{host}:{settings.PORT}"
