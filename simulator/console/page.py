"""What the page of one plugin shows."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse

from api.hosts import parts_of
from plugins.mounts import prefix_namespace
from simulator import installing
from simulator.answer import TEXT_MAX
from simulator.console.arguments import inputs
from simulator.console.keeping import read
from simulator.console.lessons import LESSONS
from simulator.console.timeline import timeline
from simulator.console.trip import Trip
from simulator.fetching import CALL_SECONDS
from simulator.operation import Operation
from simulator.schemes import Scheme

FINDINGS_MAX = OPERATIONS_MAX = 100
FORMS_MAX = 1_000_000
"""Characters of all operations' forms; those that come after are called by the command."""


def page(trip: Trip, *, reveal: int | None = None) -> dict[str, Any]:
    attempt, progress = trip.attempt, trip.progress
    installed = attempt.installed
    subject = installing.subject_of(installed) if installed else progress.subject
    scheme = installing.scheme_of(installed) if installed else progress.scheme
    begun, lesson = progress.begun, progress.lesson
    offered = subject.operations if installed and subject else ()
    return {
        "attempt": attempt,
        "progress": progress,
        "subject": subject,
        "description": describe(subject.manifest) if subject else "",
        "scheme": scheme,
        "installed": installed,
        "own": trip.own,
        "own_page": reverse(f"{prefix_namespace(trip.own)}:index") if trip.own else "",
        "redirect_uri": trip.redirect_uri,
        "findings": (progress.findings or [])[:FINDINGS_MAX],
        "visit": begun and begun["visit"]["url"],
        "hosts": hosts(scheme, subject.url) if scheme and subject else {},
        "lesson_visit": lesson and lesson["begun"]["visit"]["url"],
        "operations": operations(offered[:OPERATIONS_MAX], progress.answer),
        "more_operations": max(len(offered) - OPERATIONS_MAX, 0),
        "lessons": lessons(scheme, progress.lessons, lesson) if scheme else [],
        "groups": timeline([read(each) for each in attempt.trace], reveal=reveal),
        "said": progress.said,
        "text_max": TEXT_MAX,
        "seconds_max": CALL_SECONDS,
    }


def hosts(scheme: Scheme, plugin_url: str) -> dict[str, str]:
    """Return which host is trusted with what, by the words for it; {} where all is at one."""
    named = {words: parts_of(url).netloc for words, url in scheme.places().items()}
    named["The token is sent to"] = parts_of(plugin_url).netloc
    return named if len(set(named.values())) > 1 else {}


def describe(manifest: Mapping[str, Any]) -> str:
    return str(manifest.get("description_for_model") or manifest.get("instructions") or "")


def operations(offered: Sequence[Operation], answer: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Return each operation with its form, and with the answer if it was the last to be called."""
    first = next((each for each in offered if answer is None and is_filled(each)), None)
    shown = []
    left = FORMS_MAX
    for each in offered:
        last = answer if answer and answer["operation"] == each.id else None
        made = inputs(each, last["values"] if last else {}) if left >= 0 else []
        left -= sum(each.size for each in made)
        shown.append(
            {
                "operation": each,
                "inputs": made if left >= 0 else [],
                "left_out": len(each.arguments) - len(made) if left >= 0 else len(each.arguments),
                "is_open": last is not None or each is first,
                "answer": last if last and "text" in last else None,
            }
        )
    return shown


def is_filled(operation: Operation) -> bool:
    """Say whether the examples are all that it takes to call it."""
    return all(each.example is not None for each in operation.arguments if each.required)


def lessons(
    scheme: Scheme, outcomes: Mapping[str, Any], under_way: dict[str, Any] | None
) -> list[dict[str, Any]]:
    return [
        {
            "lesson": each,
            "outcome": outcomes.get(each.slug),
            "is_under_way": bool(under_way and under_way["slug"] == each.slug),
        }
        for each in LESSONS.values()
        if each.applies(scheme)
    ]
