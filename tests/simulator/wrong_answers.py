"""What servers answer in place of what they should."""

import asyncio
import gzip
from collections.abc import AsyncIterator

from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

JSON = "application/json"
BOMB = gzip.compress(gzip.compress(b"\0" * 50_000_000))


def page() -> Response:
    return HTMLResponse("<!doctype html><p>Sign in</p>")


def text(content: bytes, kind: str = JSON, status: int = 200) -> Response:
    return Response(content, status, media_type=kind)


def failure() -> Response:
    return Response("Traceback (most recent call last):", 500, media_type="text/plain")


def nothing() -> Response:
    return Response(status_code=204)


def elsewhere(url: str = "https://other.example/") -> Response:
    return RedirectResponse(url, 302)


def nowhere() -> Response:
    return Response(status_code=302)


def bomb() -> Response:
    return Response(BOMB, headers={"Content-Encoding": "gzip, gzip"}, media_type=JSON)


def no_gzip() -> Response:
    return Response(b"{}", headers={"Content-Encoding": "gzip"}, media_type=JSON)


def endless() -> Response:
    async def parts() -> AsyncIterator[bytes]:
        while True:
            yield b" " * 65_536
            await asyncio.sleep(0)  # whoever asked may have gone

    return StreamingResponse(parts(), media_type=JSON)


def cut_off() -> Response:
    async def parts() -> AsyncIterator[bytes]:
        yield b'{"a": '
        raise ConnectionAbortedError

    return StreamingResponse(parts(), media_type=JSON)


def slow() -> Response:
    async def parts() -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.05)

    return StreamingResponse(parts(), media_type=JSON)
