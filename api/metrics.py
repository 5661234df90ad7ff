"""Figures for Prometheus, made of the rows of the request log; right for all workers together.

With several processes each writes its own into a folder, and whoever asks one of them hears of all
(PROMETHEUS_MULTIPROC_DIR, which `config.server` sets).
"""

import os
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from api.dear_work import HOLDERS
from api.request_log import Row

CONTENT_TYPE = CONTENT_TYPE_LATEST
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 45)
"""Seconds; 45 is how long a plugin has."""
REFUSALS = frozenset((401, 403, 408, 413, 429, 503))
"""Statuses that say more of the limits here than of the request."""

requests = Counter(
    "site_requests",
    "Requests, by plugin, operation and class of status.",
    ["plugin", "operation", "status"],
)
refusals = Counter("site_refusals", "Requests refused, by plugin and status.", ["plugin", "status"])
seconds = Histogram(
    "site_request_seconds",
    "How long requests took from when the whole of them was there.",
    ["plugin", "operation"],
    buckets=BUCKETS,
)


places = Gauge(
    "site_dear_places",
    "Places for dear work, of all processes.",
    multiprocess_mode="livesum",
)
held_places = Gauge(
    "site_dear_places_held",
    "Places in which dear work is done.",
    multiprocess_mode="livesum",
)
held_bytes = Gauge(
    "site_bodies_held_bytes",
    "Bytes of the bodies of requests that arrive, wait or are answered.",
    multiprocess_mode="livesum",
)
bodies: list[Callable[[], int]] = []
"""What say how many bytes this process holds."""


def gauge() -> None:
    """Note how much of what this process has is used."""
    places.set(settings.DEAR_THREADS)
    held_places.set(len(HOLDERS))
    held_bytes.set(sum(held() for held in bodies))


def observe(rows: list[Row]) -> None:
    for row in rows:
        kind = f"{row.status // 100}xx"
        requests.labels(row.plugin, row.operation, kind).inc()
        seconds.labels(row.plugin, row.operation).observe(row.seconds)
        if row.status in REFUSALS:
            refusals.labels(row.plugin, str(row.status)).inc()


def exposition() -> bytes:
    """Return the figures in Prometheus' text format."""
    registry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        forget_dead(Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]))
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def forget_dead(folder: Path) -> None:
    """Remove what processes had in use that were killed; what they counted stays."""
    for file in folder.glob("gauge_live*.db"):
        pid = int(file.stem.rpartition("_")[2])
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            mark_process_dead(pid)  # type: ignore[no-untyped-call]
