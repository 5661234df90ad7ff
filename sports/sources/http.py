"""One GET of JSON from somebody else's API: pooled, bounded in time and size, and retried.

What goes wrong there is raised as one of `sports.sources.errors`. Nothing of the other side's
answer, address or key is ever in its words.
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

from api.cache import cache
from sports.sources import errors

logger = logging.getLogger(__name__)

Params = tuple[tuple[str, str], ...]
ATTEMPTS = 3
FIRST_PAUSE = 0.25  # seconds; doubled at each further attempt
LONGEST_PAUSE = 3600.0  # seconds; a Retry-After beyond it is taken for this
MAX_BYTES = 5_000_000  # of one answer; a hundred rows need some 100,000


class Retry(Exception):  # noqa: N818  # control flow, no error yet
    """Another attempt may succeed, after `pause` seconds when the provider named a pause."""

    def __init__(self, problem: errors.UpstreamError, pause: float | None = None) -> None:
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
        """Return the JSON at a path. Raises UpstreamError."""
        until = cache.get(f"{self.name}-wait", 0.0) - time.time()
        if until > 0:  # it has asked everybody to wait, not just one call
            raise errors.UnavailableError(until)
        deadline = time.monotonic() + self.seconds
        attempt = 1
        while True:
            try:
                return self.attempt(path, params, deadline)
            except Retry as retry:
                pause = retry.pause
                if pause is None:
                    pause = FIRST_PAUSE * 2 ** (attempt - 1) * random.uniform(0.8, 1.2)  # noqa: S311
                if attempt == ATTEMPTS or time.monotonic() + pause >= deadline:
                    if retry.pause:
                        cache.set(f"{self.name}-wait", time.time() + pause, pause)
                    raise retry.problem from retry
                time.sleep(pause)
                attempt += 1

    def attempt(self, path: str, params: Params, deadline: float) -> Any:
        left = max(0.01, deadline - time.monotonic())
        timeout = httpx.Timeout(left, connect=min(left, 5.0))
        try:
            with self.client.stream("GET", path, params=params, timeout=timeout) as response:
                logger.debug("The provider answered %s", response.status_code)
                self.raise_for(response)
                body = self.read(response, deadline)
        except httpx.ConnectError as error:
            raise Retry(errors.UnavailableError(5)) from error
        except httpx.TimeoutException as error:
            raise errors.TooSlowError from error
        except httpx.HTTPError as error:
            raise Retry(errors.BadAnswerError()) from error
        try:
            return orjson.loads(body)
        except ValueError as error:
            raise errors.BadAnswerError from error

    def raise_for(self, response: httpx.Response) -> None:
        status = response.status_code
        if status in (401, 402, 403):
            logger.error("The provider of sports data refused our key (%s)", status)
            raise errors.KeyRefusedError
        pause = retry_after(response.headers)
        if status in (429, 503):
            raise Retry(errors.UnavailableError(pause or 30), pause)
        if status >= 500:
            raise Retry(errors.BadAnswerError(), pause)
        if status == 404:
            raise errors.NothingThereError
        if status != 200:
            logger.error("The provider of sports data answered %s", status)
            raise errors.BadAnswerError

    def read(self, response: httpx.Response, deadline: float) -> bytes:
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > MAX_BYTES:
                raise errors.BadAnswerError
            if time.monotonic() > deadline:
                raise errors.TooSlowError
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
