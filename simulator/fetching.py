"""The client's requests, each of which leaves a trace."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from django.conf import settings
from django.utils import timezone
from requests_hardened import HTTPSession

from api.deadline import Deadline
from api.fetching import Fetched, Fetcher, FetchError
from api.hosts import is_loopback
from plugins.linter.purposes import Purpose
from plugins.registry import declared_plugins
from simulator import reasons
from simulator.trace import Exchange, Why

DOCUMENT_SECONDS, CALL_SECONDS = 15, 45
"""How long ChatGPT waited, for a plugin's documents and for a call."""
STEP_SECONDS = 30
"""How long the answers to all requests of one step may take, where it needs several."""
AGENT = "example-plugins-simulator"


@dataclass(frozen=True, kw_only=True)
class TracedFetcher(Fetcher):
    """Fetches as the site fetches anything that people name, and notes each request."""

    trace: list[Exchange] = field(default_factory=list)
    """All that was sent, with its secrets: `masking.shown` is what people see."""
    why: Why = reasons.UNSAID
    """What the next requests are for."""
    agent: str = AGENT
    seconds: float = DOCUMENT_SECONDS

    def to(self, why: Why, *, seconds: float = 0) -> "TracedFetcher":
        """Return the fetcher for requests that have this purpose, and this time if not its own."""
        return replace(self, why=why, seconds=seconds or self.seconds)

    def asking(self, purpose: str) -> "TracedFetcher":
        return replace(self, why=reasons.OF_CHECKS[Purpose(purpose)])

    def one(
        self,
        session: HTTPSession,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | None,
        deadline: Deadline,
    ) -> Fetched:
        started, clock = timezone.now(), time.monotonic()
        answer, error = None, ""
        try:
            answer = super().one(session, method, url, headers, body, deadline)
            return answer
        except FetchError as problem:
            error = str(problem)
            raise
        finally:
            self.trace.append(
                Exchange(
                    why=self.why,
                    method=method,
                    url=url,
                    headers={"User-Agent": self.agent, **headers},
                    body=body or b"",
                    started=started,
                    seconds=time.monotonic() - clock,
                    answer=answer,
                    error=error,
                )
            )

    def note_visit(self, url: str) -> None:
        """Note that a person's browser went somewhere."""
        self.trace.append(
            Exchange(why=self.why, method="GET", url=url, started=timezone.now(), in_browser=True)
        )


def site_fetcher(*, loopback: bool = False) -> TracedFetcher:
    """Return the fetcher by this site's rules.

    Public addresses alone, and in development, or where an operator says so, this machine's own:
    a plugin that is being made runs there, but in production so does what nobody else may reach.
    """
    return TracedFetcher(loopback=settings.DEBUG or loopback, own=own_origins())


def own_origins() -> frozenset[str]:
    """Return where this site itself answers, as its operator named it and no request can.

    Its own plugins may be called wherever it stands: in a private network, too.
    """
    names = {host.lstrip(".") for host in settings.ALLOWED_HOSTS} - {"*"}
    names |= settings.PLUGIN_HOSTS.keys()
    if "localhost" in names:
        names |= {f"{plugin.slug}.localhost" for plugin in declared_plugins()}
    scheme = "https" if settings.HTTPS else "http"
    return frozenset(
        f"{scheme}://{name}{port}"
        for name in names
        for port in ("", f":{settings.PORT}")
        if port or not is_loopback(f"http://{name}")  # that port of this machine may be another's
    )
