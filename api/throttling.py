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

from api.addresses import address_of
from api.body_ahead import COUNTED
from api.cache import cache

if TYPE_CHECKING:
    from django.http import HttpRequest
    from rest_framework.request import Request
    from rest_framework.views import APIView

PERIODS = {"s": 1, "m": 60, "h": 3600, "d": 86400}  # seconds, by how their names begin


def client_address(request: HttpRequest | Request) -> str:
    """Return the address that a request came from, as it is counted (api/addresses.py)."""
    return address_of(request.META)


@dataclass(frozen=True)
class Limit:
    """How often one caller may do one thing: THROTTLE_RATES[scope].

    One number per window, raised atomically: exact under parallel requests, and the same cost at
    every rate, where DRF's own throttle keeps the time of each request and can be overrun. Without
    its cache it counts nothing: better to serve uncounted than not at all.
    """

    scope: str
    caller: str

    def count(self, units: int = 1) -> bool:
        """Count a call, or as many as it costs; say whether any was left before.

        So what costs more than is left passes, and then nothing is.
        """
        if not settings.THROTTLE:
            return True
        limit, seconds = self.rate
        return cache.increment(self.key, seconds, units) - units < limit

    def allows(self, request: HttpRequest, units: int = 1) -> bool:
        """Count a request once; one with a long body comes twice, and by then may cost more."""
        counted: dict[Limit, int] = request.META.get(COUNTED, {})
        before = counted.get(self, 0)
        counted[self] = max(units, before)
        return units <= before or self.count(units - before)

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


def calls_of(request: HttpRequest | Request, bytes_of_a_call: int) -> int:
    """Return for how many calls one counts whose body is dear: one for each so many bytes begun."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return max(-(-int(length) // bytes_of_a_call), 1) if length.isdecimal() else 1


def count_stranger(request: HttpRequest | Request, store: str, *, calls: int = 1) -> None:
    """Count a request that bears no credential which is known, by its address; raises Throttled.

    It is looked at first: whoever shares an address with a stranger is not refused for that.
    """
    limit = Limit("address", f"{store}:{client_address(request)}")
    if not limit.count(calls):
        raise Throttled(limit.wait)


class Caller(Protocol):
    """Whom a credential stands for, as far as counting goes."""

    @property
    def counted_as(self) -> tuple[str, str]:
        """A scope of THROTTLE_RATES, and who it is."""


def caller_of(request: Request) -> tuple[str, str]:
    """Return what a request counts as, and who it is: a person, else a token, else an address."""
    caller: Caller | None = request.auth  # type: ignore[assignment]
    return caller.counted_as if caller else ("address", client_address(request))


class Throttle(BaseThrottle):
    """Counts requests by person, else by token, else by address; each store for itself."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        caller: Caller | None = request.auth  # type: ignore[assignment]
        store: str = view.store  # type: ignore[attr-defined]
        per: int = getattr(view, "bytes_of_a_call", 0)  # a view that is not ours has none
        calls = calls_of(request, per) if per else 1
        if caller is None:
            count_stranger(request, store, calls=calls)
            return True
        scope, who = caller.counted_as
        limit = Limit(scope, f"{store}:{who}")
        if not limit.count(calls):
            # Rather than "no", after which DRF would ask one and the same throttle for how long.
            raise Throttled(limit.wait)
        return True
