"""One GET of JSON from somebody else's API: pooled, bounded in time and size, and retried.

What goes wrong there is told as 502, 503 or 504 with words that a model can act on. Nothing
of the other side's answer, address or key is ever in them.
"""

import logging
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import orjson
from rest_framework.exceptions import APIException

from api.cache import cache

logger = logging.getLogger(__name__)

Params = tuple[tuple[str, str], ...]
ATTEMPTS = 3
FIRST_PAUSE = 0.25  # seconds; doubled at each further attempt
LONGEST_PAUSE = 3600.0  # seconds; a Retry-After beyond it is taken for this
MAX_BYTES = 5_000_000  # of one answer; a hundred rows need some 100,000


class UpstreamProblem(APIException):
    """The provider did not give an answer that can be passed on."""


class BadAnswer(UpstreamProblem):
    status_code = 502
    default_detail = (
        "The sports data provider answered with an error or with something unreadable. "
        "This request is fine as it is: try it again in a minute, and then tell the person."
    )


class Missing(BadAnswer):
    """The provider has nothing at the path."""


class KeyRefused(UpstreamProblem):
    status_code = 502
    default_detail = (
        "The sports data provider does not give this site these data: its key or its plan does "
        "not allow them. Don't try again: tell the person that the site's operator has to act."
    )


class Unavailable(UpstreamProblem):
    """Carries in `wait`, in seconds, what DRF answers as Retry-After."""

    status_code = 503

    def __init__(self, wait: float) -> None:
        self.wait = max(1, round(wait))
        super().__init__(
            "The sports data provider cannot be reached, or takes no more requests for now. "
            f"Try again in {self.wait} seconds."
        )


class TooSlow(UpstreamProblem):
    status_code = 504
    default_detail = (
        "The sports data provider took too long to answer. "
        "Try again in a minute, or ask for less: a smaller limit, fewer ids, fewer days."
    )


class Retry(Exception):  # noqa: N818  # no error yet
    """Another attempt may succeed, after `pause` seconds when the provider named a pause."""

    def __init__(self, problem: UpstreamProblem, pause: float | None = None) -> None:
        self.problem = problem
        self.pause = pause


@dataclass(frozen=True, kw_only=True)
class JSONClient:
    """Reads JSON below one URL. One instance serves all threads and keeps connections open."""

    client: httpx.Client
    seconds: float
    """The longest that one call may take, with all its attempts and pauses."""
    name: str
    """Tells the state of this provider from another's in the cache."""

    def get(self, path: str, params: Params) -> Any:
        """Return the JSON at a path. Raises UpstreamProblem."""
        until = cache.get(f"{self.name}-wait", 0.0) - time.time()
        if until > 0:  # it has asked everybody to wait, not just one call
            raise Unavailable(until)
        deadline = time.monotonic() + self.seconds
        attempt = 0
        while True:
            attempt += 1
            try:
                return self.attempt(path, params, deadline)
            except Retry as retry:
                pause = retry.pause
                if pause is None:
                    pause = FIRST_PAUSE * 2 ** (attempt - 1) * random.uniform(0.8, 1.2)  # noqa: S311
                out_of_time = time.monotonic() + pause >= deadline
                if attempt == ATTEMPTS or out_of_time:
                    if retry.pause:
                        cache.set(f"{self.name}-wait", time.time() + pause, pause)
                    raise retry.problem from retry
                time.sleep(pause)

    def attempt(self, path: str, params: Params, deadline: float) -> Any:
        left = max(0.01, deadline - time.monotonic())
        timeout = httpx.Timeout(left, connect=min(left, 5.0))
        try:
            with self.client.stream("GET", path, params=params, timeout=timeout) as response:
                logger.debug("The provider answered %s", response.status_code)
                self.raise_for(response)
                body = self.read(response, deadline)
        except httpx.ConnectError as error:
            raise Retry(Unavailable(5)) from error
        except httpx.TimeoutException as error:
            raise TooSlow from error
        except httpx.HTTPError as error:
            raise Retry(BadAnswer()) from error
        try:
            return orjson.loads(body)
        except ValueError as error:
            raise BadAnswer from error

    def raise_for(self, response: httpx.Response) -> None:
        status = response.status_code
        if status in (401, 402, 403):
            logger.error("The provider of sports data refused our key (%s)", status)
            raise KeyRefused
        if status == 429 or status >= 500:
            pause = retry_after(response.headers)
            problem = Unavailable(pause or 30) if status in (429, 503) else BadAnswer()
            raise Retry(problem, pause)
        if status == 404:
            raise Missing
        if status != 200:
            logger.error("The provider of sports data answered %s", status)
            raise BadAnswer

    def read(self, response: httpx.Response, deadline: float) -> bytes:
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > MAX_BYTES:
                raise BadAnswer
            if time.monotonic() > deadline:
                raise TooSlow
        return bytes(body)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that Retry-After names, as a number or as a date (RFC 9110)."""
    value = headers.get("retry-after", "").strip()
    try:
        if value.isdecimal():
            seconds = float(value)
        else:
            seconds = (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError):
        return None
    return min(max(seconds, 0.0), LONGEST_PAUSE)
