"""What a lesson is: a step that is broken on purpose, and what a good server answers."""

from dataclasses import dataclass
from typing import ClassVar

from simulator.schemes import Scheme
from simulator.trace import Why


@dataclass(frozen=True)
class Outcome:
    is_good: bool | None
    """None where it cannot be told."""
    said: str


class Lesson:
    slug: ClassVar[str]
    title: ClassVar[str]
    expects: ClassVar[str]
    """What a good server answers."""
    section: ClassVar[str]
    """Where that is written down, in words."""
    link: ClassVar[str]
    needs_visit: ClassVar[bool] = True
    """Whether it takes a code, and so a person who agrees."""
    doing: ClassVar[str]
    """What its request is for."""

    @property
    def why(self) -> Why:
        return Why(self.doing, self.link)

    def applies(self, scheme: Scheme) -> bool:
        """Say whether it can be taken where callers authenticate so."""
        return scheme.sends_away
