"""Fetches what somebody names by its address, without lending anybody this site's network.

Each address is looked up once, judged, and connected to as it was judged (requests-hardened): no
second look-up can lead elsewhere, and each redirect is judged anew. Size and time have an end.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self
from urllib.parse import urlsplit

import requests
from requests_hardened import Config, HTTPSession
from requests_hardened.ip_filter import InvalidIPAddress
from urllib3.exceptions import HTTPError, ReadTimeoutError

from api.deadline import Deadline
from api.hosts import is_loopback, joined, parts_of
from api.public_addresses import JudgedAdapter, TimedAdapter

REDIRECTS_MAX = 5
CHUNK = 64 * 1024  # bytes
SECRET = frozenset({"authorization", "cookie", "mcp-session-id"})
"""Headers that open something."""


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
    ends: Deadline | None = None
    """When all that it sends has to be answered, together."""

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

        Redirects are followed within the host alone, or to a host below it, and by GET alone; a
        credential goes to the origin that it was sent to, and no further.
        """
        headers = dict(headers or {})
        deadline = self.earlier(Deadline.after(self.seconds))
        with self.session(deadline) as session:
            for _ in range(REDIRECTS_MAX + 1):
                answer = self.one(session, method, url, headers, body, deadline)
                location = answer.header("location")
                if not (follow and method == "GET" and 300 <= answer.status < 400 and location):
                    return answer
                target = joined(url, location)
                if not is_below(target, url):
                    raise FetchError(f"{url} redirects to another site, {target}.")
                if origin_of(target) != origin_of(url):
                    headers = {
                        name: headers[name] for name in headers if name.lower() not in SECRET
                    }
                url = target
        raise FetchError(f"{url} redirects more than {REDIRECTS_MAX} times.")

    def within(self, seconds: float) -> Self:
        """Return the fetcher for requests that have so long all together."""
        return replace(self, ends=self.earlier(Deadline.after(seconds)))

    def earlier(self, deadline: Deadline) -> Deadline:
        return self.ends if self.ends and self.ends.at < deadline.at else deadline

    @property
    def is_over(self) -> bool:
        """Whether nothing more is answered."""
        return self.ends is not None and self.ends.is_over

    def asking(self, purpose: str) -> "Fetcher":
        """Return the fetcher for requests of one purpose, which one that keeps a trace notes."""
        return self

    def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Fetched:
        return self.send("GET", url, headers=headers)

    def late(self, url: str, deadline: Deadline) -> str:
        if deadline is self.ends:
            together = f"all requests together have {deadline.seconds:g} seconds"
            return f"{url} came too late: {together}. Try again later."
        return f"{url} took longer than {deadline.seconds:g} seconds."

    def session(self, deadline: Deadline) -> HTTPSession:
        session = OneAnswer(
            Config(
                ip_filter_enable=True,
                ip_filter_allow_loopback_ips=self.loopback,
                never_redirect=True,
                default_timeout=(self.seconds, self.seconds),
                user_agent_override=self.agent,
            )
        )
        session.trust_env = False  # a proxy would look up for itself; and no .netrc is sent
        for scheme in ("http", "https"):
            adapter = JudgedAdapter(scheme, loopback=self.loopback, deadline=deadline)
            session.mount(f"{scheme}://", adapter)
        for origin in self.own:
            here = is_loopback(origin)
            judged = JudgedAdapter("http", loopback=True, deadline=deadline) if here else None
            session.mount(f"{origin}/", judged or TimedAdapter(deadline=deadline))
        return session

    def one(
        self,
        session: HTTPSession,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        deadline: Deadline,
    ) -> Fetched:
        outer = sys.exception()
        try:
            check_url(url)
            left = deadline.left
            with session.request(
                *(method, url),
                headers=dict(headers),
                data=body,
                stream=True,
                timeout=(left, left),
            ) as response:
                read = bytearray()
                # As it comes in: a chunk that has to be full could be waited for without end.
                while chunk := response.raw.read1(CHUNK, decode_content=True):
                    read += chunk
                    if len(read) > self.size_max:
                        raise FetchError(f"{url} answers more than {self.size_max} bytes.")
                return Fetched(url, response.status_code, response.headers, bytes(read))
        except InvalidIPAddress as error:
            raise FetchError(
                f"{url} is not on the public network, so it is not fetched."
            ) from error
        except (requests.Timeout, TimeoutError, ReadTimeoutError) as error:
            raise FetchError(self.late(url, deadline)) from error
        except (requests.RequestException, HTTPError, ValueError, OSError) as error:
            raise FetchError(f"{url} cannot be reached: {reason(error, outer)}.") from error


class OneAnswer(HTTPSession):
    """Leaves redirects alone: requests would read the whole body of one, however large it is."""

    def get_redirect_target(self, response: requests.Response) -> None:
        return None


def check_url(url: str) -> None:
    """Raise ValueError for what is not to be asked at all."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        raise ValueError("it must begin with https://")
    if parts.username is not None or parts.password is not None:
        raise ValueError("it must name no user before its host")


def origin_of(url: str) -> tuple[str, str]:
    parts = parts_of(url)
    return parts.scheme, parts.netloc.lower()


def is_below(url: str, other: str) -> bool:
    """Say whether a URL is at the same host as another, or at one below it."""
    host, root = (parts_of(each).hostname or "" for each in (url, other))
    return host == root or host.endswith(f".{root}")


def reason(error: Exception, outer: BaseException | None) -> str:
    """Return the innermost words of an error, which the libraries wrap in their own.

    `outer` is what was being handled when the request was made: that is of another matter.
    """
    while (inner := error.__cause__ or error.__context__) is not outer and isinstance(
        inner, Exception
    ):
        error = inner
    return str(error.strerror if isinstance(error, OSError) and error.strerror else error)
