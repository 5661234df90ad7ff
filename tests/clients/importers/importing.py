"""How a script here is told of the plugins, and tells what it made of their documents.

Each stands in an environment without anything of ours.
"""

import asyncio
import json
import sys
import urllib.request
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Plugin:
    slug: str
    url: str
    headers: dict[str, str]
    calls: list[tuple[str, dict[str, Any]]]
    """Operations, and the arguments to call them with."""
    folder: str
    """Where something may be kept."""

    @property
    def token(self) -> str:
        return self.headers.get("Authorization", "").removeprefix("Bearer ")

    def document(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.url}/openapi.json") as response:  # noqa: S310
            document: dict[str, Any] = json.load(response)
        return document


Shown = dict[str, dict[str, Any]]
"""By operation, the description and the names of the arguments that a model is shown."""


def run(use: Callable[[Plugin], Awaitable[tuple[Shown, dict[str, Any]]]]) -> None:
    """Use each plugin in turn; print what a model would be shown, and the answers."""

    async def use_all() -> dict[str, Any]:
        results = {}
        for each in json.load(sys.stdin):
            shown, answers = await use(Plugin(**each))
            results[each["slug"]] = {"shown": shown, "answers": answers}
        return results

    sys.stdout.write(json.dumps(asyncio.run(use_all())))
