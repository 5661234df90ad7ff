"""Which addresses may be fetched from: each is judged, and connected to as it was judged."""

import ipaddress
from functools import partial
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter
from requests_hardened.ip_filter import InvalidIPAddress
from requests_hardened.ip_filter_adapter import IPFilterAdapter

from api.deadline import Deadline

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
WEB_PORTS = (80, 443)
FIRST_FREE_PORT = 1024
"""Those below belong to other services, to which nobody is to speak in this site's name."""


class TimedAdapter(HTTPAdapter):
    """Reads nothing after a deadline."""

    def __init__(self, *, deadline: Deadline, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.deadline = deadline

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        make = pool.ConnectionCls

        def connection(*args: Any, **kwargs: Any) -> HTTPConnection:
            return self.deadline.hold(make(*args, **kwargs))

        pool.ConnectionCls = connection
        return pool


class JudgedAdapter(TimedAdapter, IPFilterAdapter):
    """Connects to what was judged.

    It knows that `*.localhost` is this machine, which not every resolver does (RFC 6761).
    """

    def __init__(self, scheme: str, *, loopback: bool, deadline: Deadline) -> None:
        is_https = scheme == "https"
        super().__init__(deadline=deadline, is_https_proto=is_https, allow_loopback=loopback)

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, *args: Any, **kwargs: Any
    ) -> Any:
        url = urlsplit(str(request.url))
        named = (url.hostname or "").endswith(".localhost") and url.scheme == "http"
        judged = request.copy() if named else request
        if named:
            port = f":{url.port}" if url.port else ""
            judged.url = urlunsplit(url._replace(netloc=f"localhost{port}"))
        look_up = super().build_connection_pool_key_attributes
        host, pool = self.deadline.wait_for(partial(look_up, judged, *args, **kwargs))
        address = ipaddress.ip_address(host["host"].strip("[]"))
        if not (address.is_loopback or (is_public(address) and is_of_the_web(host["port"]))):
            raise InvalidIPAddress(address)
        if named:
            request.headers["Host"] = url.netloc
        return host, pool


def is_public(address: Address) -> bool:
    """Say whether an address that the library let through is public.

    It lets pass what is reserved, and IPv4 addresses within `::/96` (RFC 4291 section 2.5.5.1).
    """
    embedded = address.version == 6 and int(address) < 2**32
    site_local = address.version == 6 and address.is_site_local
    return address.is_global and not (embedded or site_local or address.is_reserved)


def is_of_the_web(port: int | None) -> bool:
    return port is None or port in WEB_PORTS or port >= FIRST_FREE_PORT
