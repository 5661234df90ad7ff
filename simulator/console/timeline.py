"""What happened, as a page shows it: the latest step first, its exchanges in their order."""

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby

from simulator.console.keeping import Kept
from simulator.curl import as_curl
from simulator.masking import masked
from simulator.reasons import place
from simulator.trace import Exchange

SHOWN_MAX = 6_000
"""Characters of a body on the page; the file of the trace has more."""
MANY = 4
"""Exchanges for one purpose that are folded into one line."""


@dataclass(frozen=True)
class Body:
    text: str
    is_cut: bool = False


@dataclass(frozen=True)
class Shown:
    number: int
    exchange: Exchange
    is_revealed: bool
    left_out: int

    @property
    def milliseconds(self) -> int:
        return round(self.exchange.seconds * 1000)

    @property
    def place(self) -> str:
        return place(self.exchange.why.link)

    @property
    def curl(self) -> str:
        return "" if self.exchange.in_browser else as_curl(self.exchange)

    @property
    def sent(self) -> Body:
        return body(self.exchange.body)

    @property
    def received(self) -> Body:
        return body(self.exchange.answer.body) if self.exchange.answer else Body("")


@dataclass(frozen=True)
class Purpose:
    sentence: str
    exchanges: list[Shown]

    @property
    def is_folded(self) -> bool:
        return len(self.exchanges) >= MANY and not any(each.is_revealed for each in self.exchanges)


@dataclass(frozen=True)
class Group:
    step: str
    purposes: list[Purpose]


def timeline(kept: list[Kept], *, reveal: int | None = None) -> list[Group]:
    """Return the groups, masked but for the one exchange that its owner wants to see whole."""
    shown = [
        Shown(
            each.number,
            each.exchange if each.number == reveal else covered,
            each.number == reveal,
            each.left_out,
        )
        for each, covered in zip(kept, masked(each.exchange for each in kept), strict=True)
    ]
    steps = {each.number: each.step for each in kept}
    groups = groupby(shown, key=lambda each: steps[each.number])
    return [Group(step, purposes(found)) for step, found in groups][::-1]


def purposes(shown: Iterable[Shown]) -> list[Purpose]:
    groups = groupby(shown, key=lambda each: each.exchange.why.sentence)
    return [Purpose(sentence, list(found)) for sentence, found in groups]


def body(raw: bytes) -> Body:
    """Return a body as people read it: JSON with its lines, and what is no text by its size."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return Body(f"{len(raw)} bytes that are no text")
    with suppress(ValueError, RecursionError):
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    return Body(text[:SHOWN_MAX], len(text) > SHOWN_MAX)
