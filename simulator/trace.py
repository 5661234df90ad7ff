"""What was asked and what was answered, in order, each with a sentence that says what it is for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from api.fetching import Fetched


@dataclass(frozen=True)
class Why:
    """What a request is for, in one sentence, and where that is written down."""

    sentence: str
    link: str


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One request and its answer, as they were on the wire: `masking` makes them fit to show."""

    why: Why
    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    started: datetime
    seconds: float = 0
    answer: Fetched | None = None
    error: str = ""
    """Why there is no answer."""
    in_browser: bool = False
    """Whether the person's browser sent it, so that no more than its URL is known."""
