"""How far somebody came with one plugin: all that a step needs of those before it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from simulator.installing import KINDS
from simulator.manifest_plugin import SCHEMES
from simulator.oauth.authorization import Visit
from simulator.schemes import Begun, Given, Scheme
from simulator.subject import Subject


@dataclass
class Progress:
    """Made of what JSON can hold. It bears secrets, and is kept encrypted."""

    found: dict[str, Any] | None = None
    """What stands at the address."""
    logo: str = ""
    """As a `data:` URL."""
    findings: list[dict[str, str]] | None = None
    counts: str = ""
    way: dict[str, Any] | None = None
    """The scheme, and what it remembers."""
    given: dict[str, str] = field(default_factory=dict)
    """What this site handed out for one of its own plugins."""
    verification_token: str = ""
    begun: dict[str, Any] | None = None
    """An installation whose person was sent away."""
    lesson: dict[str, Any] | None = None
    """The lesson whose person was sent away."""
    lessons: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What came of each."""
    answer: dict[str, Any] | None = None
    """The last one of an operation."""
    said: dict[str, Any] | None = None
    """What the last step came to."""
    conversation: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "Progress":
        """Return what was kept, perhaps by another version, which knew more."""
        return cls(**{each.name: kept[each.name] for each in fields(cls) if each.name in kept})

    def as_json(self) -> dict[str, Any]:
        return {each.name: getattr(self, each.name) for each in fields(self)}

    @property
    def subject(self) -> Subject | None:
        return KINDS[self.found["kind"]](*self.found["read"]) if self.found else None

    def find(self, subject: Subject) -> None:
        read = [subject.url, dict(subject.manifest), dict(subject.document)]
        self.found = {"kind": subject.kind, "read": read}

    @property
    def scheme(self) -> Scheme | None:
        return SCHEMES[self.way["slug"]](self.way["details"]) if self.way else None

    def choose(self, scheme: Scheme) -> None:
        self.way = {"slug": scheme.slug, "details": dict(scheme.details)}


def as_given(given: dict[str, str]) -> Given:
    return Given(**given)


def begun_as_json(begun: Begun) -> dict[str, Any]:
    return {"secrets": dict(begun.secrets), "visit": begun.visit and asdict(begun.visit)}


def read_begun(kept: dict[str, Any]) -> Begun:
    return Begun(kept["secrets"], Visit(**kept["visit"]))
