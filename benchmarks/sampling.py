"""One measurement: what was sent, what came back, and what CPU time the server needed for it."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.load import Outcome
from benchmarks.servers import Server

GENERATOR_LIMIT = 0.8  # of its core; beyond it, the generator is what would be measured


def progress(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Sample:
    """One kind of request, sent to one server for a while."""

    requests: int
    errors: int
    """Answers that were no 2xx, and connections that broke. `per_second` does not count them."""
    per_second: float
    cpu_us: float | None
    """CPU time of the server per request, in microseconds; None where it cannot be had."""
    p50_ms: float
    p99_ms: float
    generator_share: float
    """CPU time of the load generator, as a share of one core."""

    @property
    def cheapness(self) -> float | None:
        """How many requests a second of the server's CPU answers."""
        return 1e6 / self.cpu_us if self.cpu_us else None


Samples = dict[str, dict[str, list[Sample]]]
"""By target, kind and round."""


def take(server: Server, send: Callable[[], Outcome]) -> Sample:
    """Send requests to a server, and say how it did."""
    before = server.cpu_seconds()
    outcome = send()
    after = server.cpu_seconds()
    used = None if before is None or after is None else after - before
    if outcome.errors:
        progress(f"  {server.name}: {outcome.errors} errors, the first:\n{outcome.first_error}")
    return Sample(
        requests=outcome.requests,
        errors=outcome.errors,
        per_second=(outcome.requests - outcome.errors) / outcome.seconds,
        cpu_us=used / outcome.requests * 1e6 if used is not None and outcome.requests else None,
        p50_ms=outcome.percentile(0.5) * 1000,
        p99_ms=outcome.percentile(0.99) * 1000,
        generator_share=outcome.cpu_seconds / outcome.seconds,
    )


def middle(samples: Sequence[Sample], figure: Callable[[Sample], float | None]) -> float | None:
    """Return the median over the rounds; None where it cannot be had."""
    known = [value for value in map(figure, samples) if value is not None]
    return median(known) if known else None


def ratio(
    mine: Sequence[Sample], other: Sequence[Sample], figure: Callable[[Sample], float | None]
) -> float | None:
    """Return the median of the ratios within each round, where both were measured soon after."""
    pairs = [(figure(a), figure(b)) for a, b in zip(mine, other, strict=True)]
    known = [a / b for a, b in pairs if a is not None and b]
    return median(known) if known else None
