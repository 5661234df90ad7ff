"""How often somebody may call.

DRF loads `Throttle` by name while its views are being imported: this module must not import them.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from time import time as now
from typing import TYPE_CHECKING, Protocol

from django.conf import settings
from rest_framework.exceptions import Throttled
from rest_framework.throttling import BaseThrottle

from api.cache import cache

if TYPE_CHECKING:
    from django.http import HttpRequest
    from rest_framework.request import Request
    from rest_framework.views import APIView

PERIODS = {"s": 1, "m": 60, "h": 3600, "d": 86400}  # seconds, by how their names begin


def client_address(request: HttpRequest | Request) -> str:
    """Return the address that a request came from: a proxy's word for it, where one is trusted."""
    address: str = BaseThrottle().get_ident(request)  # type: ignore[arg-type]
    return address


@dataclass(frozen=True)
class Limit:
    """How often one caller may do one thing: THROTTLE_RATES[scope].

    One number per window, raised atomically: exact under parallel requests, and the same cost at
    every rate, where DRF's own throttle keeps the time of each request and can be overrun. Without
    its cache it counts nothing: better to serve uncounted than not at all.
    """

    scope: str
    caller: str

    def count(self) -> bool:
        """Count one; say whether it is within the rate."""
        if not settings.THROTTLE:
            return True
        limit, seconds = self.rate
        return cache.increment(self.key, seconds) <= limit

    def is_spent(self) -> bool:
        """Say whether the rate is used up; this counts as nothing."""
        if not settings.THROTTLE:
            return False
        limit, _ = self.rate
        return bool(cache.get(self.key, 0) >= limit)

    @property
    def wait(self) -> int:
        """Seconds until the present window ends, 1 at least."""
        _, seconds = self.rate
        return ceil(seconds - now() % seconds)

    @property
    def rate(self) -> tuple[int, int]:
        """How many in how many seconds."""
        number, period = settings.THROTTLE_RATES[self.scope].split("/")
        return int(number), PERIODS[period[0]]

    @property
    def key(self) -> str:
        _, seconds = self.rate
        return f"throttle:{self.scope}:{self.caller}:{now() // seconds:.0f}"


class Caller(Protocol):
    """Whom a credential stands for, as far as counting goes."""

    @property
    def counted_as(self) -> tuple[str, str]:
        """A scope of THROTTLE_RATES, and who it is."""


class Throttle(BaseThrottle):
    """Counts requests by person, else by token, else by address; each store for itself."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        caller: Caller | None = request.auth  # type: ignore[assignment]
        scope, who = caller.counted_as if caller else ("address", client_address(request))
        limit = Limit(scope, f"{view.store}:{who}")  # type: ignore[attr-defined]
        if not limit.count():
            # Rather than "no", after which DRF would ask one and the same throttle for how long.
            raise Throttled(limit.wait)
        return True
