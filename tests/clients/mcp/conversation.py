"""How a script here is told of the servers, and tells what it got."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any

Calls = list[tuple[str, dict[str, Any]]]
Result = dict[str, Any]


def run(use: Callable[[str, dict[str, str], Calls], Awaitable[Result]]) -> None:
    """Use each server in turn."""

    async def use_all() -> dict[str, Result]:
        return {
            each["slug"]: await use(each["url"], each["headers"], each["calls"])
            for each in json.load(sys.stdin)["servers"]
        }

    sys.stdout.write(json.dumps(asyncio.run(use_all())))
