"""A trace between two requests of the console: as JSON, and no more of it than is bounded."""

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from api.fetching import Fetched
from simulator.trace import Exchange, Why

EXCHANGES_MAX = 80
"""Of one plugin; the oldest go."""
BODY_MAX = 32 * 1024
"""Bytes of a body that are kept."""

HEADERS_MAX, HEADER_MAX = 64, 4096
"""How many headers of an answer are kept, and characters of each."""


@dataclass(frozen=True)
class Kept:
    """An exchange, when it was made, and in which step."""

    number: int
    step: str
    exchange: Exchange
    left_out: int = 0
    """Bytes of the answer's body that were not kept."""


def added(kept: list[Any], step: str, trace: Iterable[Exchange]) -> list[Any]:
    """Return what is to be kept, as JSON, now that a step made these exchanges."""
    number = kept[-1]["number"] if kept else 0
    new = [as_json(number + count, step, each) for count, each in enumerate(trace, 1)]
    return [*kept, *new][-EXCHANGES_MAX:]


def as_json(number: int, step: str, exchange: Exchange) -> dict[str, Any]:
    answer = exchange.answer
    return {
        "number": number,
        "step": step,
        "why": [exchange.why.sentence, exchange.why.link],
        "method": exchange.method,
        "url": exchange.url,
        "headers": dict(exchange.headers),
        "body": written(exchange.body),
        "started": exchange.started.isoformat(),
        "seconds": exchange.seconds,
        "error": exchange.error,
        "in_browser": exchange.in_browser,
        "answer": answer
        and {
            "url": answer.url,
            "status": answer.status,
            "headers": bounded(answer.headers),
            "body": written(answer.body),
            "length": len(answer.body),
        },
    }


def bounded(headers: Mapping[str, str]) -> dict[str, str]:
    """Return headers as they are kept, and say so where that is not all."""
    kept = {
        name: value if len(value) <= HEADER_MAX else f"{value[:HEADER_MAX]} (cut)"
        for name, value in islice(headers.items(), HEADERS_MAX)
    }
    left_out = len(headers) - len(kept)
    return kept | ({"(not kept)": f"{left_out} more headers"} if left_out else {})


def written(body: bytes) -> str:
    return base64.b64encode(body[:BODY_MAX]).decode()


def read(kept: Mapping[str, Any]) -> Kept:
    said = kept["answer"]
    body = base64.b64decode(said["body"]) if said else b""
    exchange = Exchange(
        why=Why(*kept["why"]),
        method=kept["method"],
        url=kept["url"],
        headers=kept["headers"],
        body=base64.b64decode(kept["body"]),
        started=datetime.fromisoformat(kept["started"]),
        seconds=kept["seconds"],
        answer=Fetched(said["url"], said["status"], said["headers"], body) if said else None,
        error=kept["error"],
        in_browser=kept["in_browser"],
    )
    left_out = said["length"] - len(body) if said else 0
    return Kept(kept["number"], kept["step"], exchange, left_out)
