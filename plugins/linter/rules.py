"""What a rule is. Each looks at one kind of subject and says all that is wrong with it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

Subject = TypeVar("Subject")


class Level(StrEnum):
    """How bad it is, worst first."""

    ERROR = "error"
    """A client refuses the plugin, or calls it wrongly."""
    WARNING = "warning"
    """Some clients do."""
    ADVICE = "advice"
    """It works, and could be better."""


Problem = tuple[str, str, str]
"""Where it is, what was found there, and how to mend it."""


@dataclass(frozen=True)
class Rule(Generic[Subject]):
    name: str
    """Of the kind and the rule, such as `manifest.auth`."""
    level: Level
    says: str
    """What it holds, in one sentence."""
    problems: Callable[[Subject], Iterable[Problem]]


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong."""

    rule: str
    level: Level
    at: str
    found: str
    mend: str


class Rules(Generic[Subject]):
    """The rules for one kind of subject, in the order in which they are written."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.rules: list[Rule[Subject]] = []

    def __iter__(self) -> Iterator[Rule[Subject]]:
        return iter(self.rules)

    def rule(
        self, level: Level, says: str
    ) -> Callable[[Callable[[Subject], Iterable[Problem]]], Callable[..., Any]]:
        """Make a rule of a function, named as the function is."""

        def add(function: Callable[[Subject], Iterable[Problem]]) -> Callable[..., Any]:
            name = f"{self.kind}.{function.__name__.replace('_', '-')}"
            self.rules.append(Rule(name, level, says, function))
            return function

        return add

    def check(self, subject: Subject) -> Iterator[Finding]:
        for rule in self.rules:
            for at, found, mend in rule.problems(subject):
                yield Finding(rule.name, rule.level, at, found, mend)


def shown(value: Any, limit: int = 120) -> str:
    """Return a value as a finding quotes it."""
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
