"""The address that a request is counted by, whatever form it comes in."""

import ipaddress
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.conf import settings

IPV6_BLOCK = 64
"""Bits of an IPv6 address that name its network: whoever has one, has all 2⁶⁴ in it."""


def address_of(environ: Mapping[str, Any]) -> str:
    """Return where a request came from, as `counted` has it: a proxy's word, where one is trusted.

    The last address of X-Forwarded-For is the proxy's; those before it, anybody may have made up.
    """
    forwarded = environ.get("HTTP_X_FORWARDED_FOR", "") if settings.TRUST_PROXY else ""
    named = counted(forwarded.rpartition(",")[2]) if forwarded else ""
    return named or counted(environ.get("REMOTE_ADDR", ""))


@lru_cache(4096)
def counted(written: str) -> str:
    """Return an address without its port, IPv4 as IPv4, and of IPv6 the network; "" for none.

    This machine's own stays whole: there is no network behind it.
    """
    text = written.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address):
        address = address.ipv4_mapped or address
    if isinstance(address, ipaddress.IPv6Address) and not address.is_loopback:
        network = ipaddress.IPv6Network((int(address), IPV6_BLOCK), strict=False)
        return str(network.network_address)
    return str(address)
