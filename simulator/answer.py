"""What a call brought, as a model gets it."""

from dataclasses import dataclass

from api.fetching import Fetched

TEXT_MAX = 100_000
"""Characters of an answer that ChatGPT gave to its model."""


@dataclass(frozen=True)
class Answer:
    status: int
    """Of HTTP."""
    text: str
    """All that the model sees."""
    is_good: bool
    length: int
    """Characters that were answered, before any were cut."""
    wait: str = ""
    """What Retry-After says."""

    @property
    def is_cut(self) -> bool:
        return self.length > TEXT_MAX


def answer_of(fetched: Fetched, *, text: str | None = None, is_good: bool | None = None) -> Answer:
    """Return the answer in a response: its body, unless a protocol has its own text in there."""
    said = fetched.body.decode("utf-8", "replace") if text is None else text
    good = 200 <= fetched.status < 300 if is_good is None else is_good
    wait = fetched.header("retry-after")
    return Answer(fetched.status, said[:TEXT_MAX], good, len(said), wait)
