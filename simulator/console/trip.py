"""One step of the console: what it has to work with, and what is kept of it afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse

from api.fetching import FetchError
from plugins.plugin import Plugin
from plugins.registry import find_plugin
from simulator.console.keeping import added
from simulator.console.progress import Progress
from simulator.errors import StepError
from simulator.fetching import TracedFetcher, site_fetcher
from simulator.models import Attempt

STEP_SECONDS = 90
"""How long all requests of a step may take: it holds one of few places, and a person waits."""


def bounded_fetcher() -> TracedFetcher:
    return site_fetcher().within(STEP_SECONDS)


@dataclass
class Trip:
    attempt: Attempt
    progress: Progress
    redirect_uri: str
    """Where the person comes back to; an attempt has its own, so that answers are told apart."""
    fetcher: TracedFetcher = field(default_factory=bounded_fetcher)
    lines: list[str] = field(default_factory=list)
    """What was done, in words."""
    is_over: bool = False
    """Whether the attempt was forgotten."""

    @property
    def own(self) -> Plugin | None:
        """The plugin of this site that it is about, if it is one."""
        return find_plugin(self.attempt.own)

    def say(self, *lines: str) -> None:
        self.lines += lines


def of(request: HttpRequest, attempt: Attempt) -> Trip:
    path = reverse("console-callback", args=[attempt.name])
    progress = Progress.of(attempt.progress)
    return Trip(attempt, progress, request.build_absolute_uri(path))


@contextmanager
def step(trip: Trip, name: str, title: str) -> Iterator[None]:
    """Take a step; what it said and sent is kept, how far it came too, and what stopped it."""
    error = ""
    try:
        yield
    except (StepError, FetchError) as problem:
        error = str(problem)
    trip.progress.said = {"step": name, "title": title, "lines": trip.lines, "error": error}
    keep(trip, title)


def keep(trip: Trip, title: str) -> None:
    """Keep how far it came. Another step of the same person may have added to the trace meanwhile;
    a step that forgot the attempt has nothing to keep."""
    with transaction.atomic():
        kept = Attempt.objects.select_for_update().filter(pk=trip.attempt.pk).first()
        if kept is None:
            return
        kept.trace = added(kept.trace, title, trip.fetcher.trace)
        kept.progress = trip.progress.as_json()
        kept.installed = trip.attempt.installed
        kept.save()
