"""Fetches what somebody names by its address, without lending anybody this site's network.

Each address is looked up once, judged, and connected to as it was judged (requests-hardened): no
second look-up can lead elsewhere, and each redirect is judged anew. Size and time have an end.
"""

import ipaddress
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter
from requests_hardened import Config, HTTPSession
from requests_hardened.ip_filter import InvalidIPAddress
from requests_hardened.ip_filter_adapter import IPFilterAdapter
from urllib3.exceptions import HTTPError, ReadTimeoutError

from api.hosts import is_loopback

REDIRECTS_MAX = 5
CHUNK = 64 * 1024  # bytes


class FetchError(Exception):
    """Why there is nothing to read, in words for whoever named the address."""


@dataclass(frozen=True)
class Fetched:
    """An answer, whatever its status."""

    url: str
    """Where it came from at last, redirects followed."""
    status: int
    headers: Mapping[str, str]
    body: bytes

    def header(self, name: str) -> str:
        return self.headers.get(name, "")


@dataclass(frozen=True, kw_only=True)
class Fetcher:
    """Sends requests to public addresses, and to this machine's own where that is allowed."""

    loopback: bool
    """Whether an address of this machine may be fetched."""
    own: frozenset[str] = frozenset()
    """Origins that may be fetched wherever they are: this site's own."""
    seconds: float = 15
    """How long a request may take, its redirects included."""
    size_max: int = 2 * 1024**2
    """Bytes of a body."""
    agent: str = "example-plugins"

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        follow: bool = True,
    ) -> Fetched:
        """Return what is answered; raises FetchError.

        Redirects are followed within the host alone, or to a host below it, and by GET alone.
        """
        deadline = time.monotonic() + self.seconds
        with self.session() as session:
            for _ in range(REDIRECTS_MAX + 1):
                answer = self.one(session, method, url, headers or {}, body, deadline)
                location = answer.header("location")
                if not (follow and method == "GET" and 300 <= answer.status < 400 and location):
                    return answer
                target = urljoin(url, location)
                if not is_below(target, url):
                    raise FetchError(f"{url} redirects to another site, {target}.")
                url = target
        raise FetchError(f"{url} redirects more than {REDIRECTS_MAX} times.")

    def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Fetched:
        return self.send("GET", url, headers=headers)

    def session(self) -> HTTPSession:
        session = HTTPSession(
            Config(
                ip_filter_enable=True,
                ip_filter_allow_loopback_ips=self.loopback,
                never_redirect=True,
                default_timeout=(self.seconds, self.seconds),
                user_agent_override=self.agent,
            )
        )
        session.trust_env = False  # a proxy would look up for itself; and no .netrc is sent
        session.mount("http://", LocalNames(is_https_proto=False, allow_loopback=self.loopback))
        session.mount("https://", LocalNames(is_https_proto=True, allow_loopback=self.loopback))
        for origin in self.own:
            here = is_loopback(origin)
            adapter = LocalNames(is_https_proto=False, allow_loopback=True) if here else None
            session.mount(f"{origin}/", adapter or HTTPAdapter())
        return session

    def one(
        self,
        session: HTTPSession,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        deadline: float,
    ) -> Fetched:
        try:
            if urlsplit(url).scheme not in ("http", "https"):
                raise ValueError("it must begin with https://")
            with session.request(
                method, url, headers=dict(headers), data=body, stream=True
            ) as response:
                read = bytearray()
                # As it comes in: a chunk that has to be full could be waited for without end.
                while chunk := response.raw.read1(CHUNK, decode_content=True):
                    read += chunk
                    if len(read) > self.size_max:
                        raise FetchError(f"{url} answers more than {self.size_max} bytes.")
                    if time.monotonic() > deadline:
                        raise FetchError(f"{url} took longer than {self.seconds:g} seconds.")
                return Fetched(url, response.status_code, response.headers, bytes(read))
        except InvalidIPAddress as error:
            raise FetchError(
                f"{url} is not on the public network, so it is not fetched."
            ) from error
        except (requests.Timeout, TimeoutError, ReadTimeoutError) as error:
            raise FetchError(f"{url} took longer than {self.seconds:g} seconds.") from error
        except (requests.RequestException, HTTPError, ValueError, OSError) as error:
            raise FetchError(f"{url} cannot be reached: {reason(error)}.") from error


class LocalNames(IPFilterAdapter):
    """Knows that `*.localhost` is this machine, which not every resolver does (RFC 6761)."""

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, *args: Any, **kwargs: Any
    ) -> Any:
        url = urlsplit(str(request.url))
        named = (url.hostname or "").endswith(".localhost") and url.scheme == "http"
        judged = request.copy() if named else request
        if named:
            port = f":{url.port}" if url.port else ""
            judged.url = urlunsplit(url._replace(netloc=f"localhost{port}"))
        host, pool = super().build_connection_pool_key_attributes(judged, *args, **kwargs)
        if not is_judged_right(ipaddress.ip_address(host["host"].strip("[]"))):
            raise InvalidIPAddress(host["host"])
        if named:
            request.headers["Host"] = url.netloc
        return host, pool


def is_judged_right(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Say whether an address that the library let through is public, or this machine's own.

    It lets pass what is reserved, and IPv4 addresses within `::/96` (RFC 4291 section 2.5.5.1).
    """
    if address.is_loopback:
        return True
    embedded = address.version == 6 and int(address) < 2**32
    site_local = address.version == 6 and address.is_site_local
    return address.is_global and not (embedded or site_local or address.is_reserved)


def is_below(url: str, other: str) -> bool:
    """Say whether a URL is at the same host as another, or at one below it."""
    host, root = (urlsplit(each).hostname or "" for each in (url, other))
    return host == root or host.endswith(f".{root}")


def reason(error: Exception) -> str:
    """Return the innermost words of an error, which the libraries wrap in their own."""
    while error.__context__ is not None and isinstance(error.__context__, Exception):
        error = error.__context__
    return str(error.strerror if isinstance(error, OSError) and error.strerror else error)
