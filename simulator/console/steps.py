"""The steps that a page offers, by the names that their forms send."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.http import QueryDict

from simulator.console import installation, schooling, using
from simulator.console.lessons import LESSONS
from simulator.console.trip import Trip


@dataclass(frozen=True)
class Step:
    title: str
    """What its requests stand under."""
    take: Callable[[Trip, QueryDict], None]

    def titled(self, form: QueryDict) -> str:
        """Return the title, with what was chosen."""
        lesson = LESSONS.get(form.get("lesson", ""))
        return f"{self.title} {lesson.title if lesson else form.get('operation', '')[:100]}".strip()


def forget(trip: Trip, form: QueryDict) -> None:
    schooling.give_up(trip)
    using.forget(trip, form)


STEPS: Mapping[str, Step] = {
    "find": Step("Find it", installation.find),
    "lint": Step("Look for faults", installation.lint),
    "install": Step("Install", installation.install),
    "verify": Step("Verify tokens", installation.verify),
    "call": Step("Call", using.call),
    "refresh": Step("Refresh", using.refresh),
    "revoke": Step("Revoke", using.revoke),
    "uninstall": Step("Uninstall", using.uninstall),
    "learn": Step("Lesson:", schooling.learn),
    "forget": Step("Forget", forget),
}
