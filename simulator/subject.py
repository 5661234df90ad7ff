"""What can be installed, whatever it is."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from plugins.linter.checking import Report, check
from simulator.errors import StepError
from simulator.fetching import TracedFetcher
from simulator.operation import Operation
from simulator.schemes import Given, Scheme


@dataclass(frozen=True)
class Subject(ABC):
    """A plugin or a server at its address, and what was read of it so far."""

    kind: ClassVar[str]
    takes_tokens: ClassVar[bool] = False
    """Whether it may take a token by hand instead of what it asks for."""
    url: str
    manifest: Mapping[str, Any]
    document: Mapping[str, Any]

    @classmethod
    @abstractmethod
    def find(cls, url: str, fetcher: TracedFetcher) -> "Subject":
        """Read what stands at a URL; raises StepError, FetchError."""

    @property
    @abstractmethod
    def name(self) -> str:
        """What it calls itself, in one word."""

    @property
    @abstractmethod
    def title(self) -> str:
        """What it calls itself, for people."""

    @property
    @abstractmethod
    def description(self) -> str:
        """What a model is told of it."""

    @abstractmethod
    def scheme(self, fetcher: TracedFetcher, given: Given) -> Scheme:
        """Return how it authenticates its callers; raises StepError, FetchError."""

    @abstractmethod
    def read(self, fetcher: TracedFetcher, headers: Mapping[str, str]) -> "Subject":
        """Return it with all that a credential shows; raises StepError, FetchError."""

    @property
    @abstractmethod
    def operations(self) -> tuple[Operation, ...]: ...

    @abstractmethod
    def is_verified(self, fetcher: TracedFetcher, token: str) -> bool:
        """Say whether its owner published a verification token; raises StepError, FetchError."""

    @property
    @abstractmethod
    def can_be_verified(self) -> bool: ...

    def lint(self, fetcher: TracedFetcher, given: Given) -> Report:
        return check(self.url, fetcher=fetcher, token=given.token)

    def operation(self, name: str) -> Operation:
        """Return the one of a name; raises StepError."""
        for operation in self.operations:
            if operation.id == name:
                return operation
        offers = ", ".join(each.id for each in self.operations) or "nothing"
        raise StepError(f"It has no operation {name!r}. It offers: {offers}.")
