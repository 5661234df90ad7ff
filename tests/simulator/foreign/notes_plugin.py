"""The plugin behind a foreign authorization server: its documents, and an API of one operation."""

import json
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from tests.plugins.linter.served import DOCUMENT, MANIFEST, changed, logo


def plugin_routes(
    url: str, auth: Callable[[], dict[str, Any]], owner_of: Callable[[str], str | None]
) -> list[Route]:
    """Return a plugin's routes; `owner_of` names whose token one is, None for nobody's."""

    async def manifest(request: Request) -> Response:
        document = json.dumps(changed(MANIFEST, {"/auth": {"type": "oauth", **auth()}}))
        return Response(document.replace("URL/", f"{url}/"), media_type="application/json")

    async def document(request: Request) -> Response:
        return JSONResponse(changed(DOCUMENT, {"/servers": [{"url": url}]}))

    async def picture(request: Request) -> Response:
        return Response(logo(), media_type="image/png")

    async def legal(request: Request) -> Response:
        return HTMLResponse("<p>Legal</p>")

    async def notes(request: Request) -> Response:
        owner = owner_of(request.headers.get("authorization", "").removeprefix("Bearer "))
        if owner is None:
            challenge = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
            return JSONResponse({"detail": "Sign in again."}, 401, challenge)
        return JSONResponse({"owner": owner, "notes": [request.path_params["name"]]})

    return [
        Route("/.well-known/ai-plugin.json", manifest),
        Route("/openapi.json", document),
        Route("/logo.png", picture),
        Route("/legal", legal),
        Route("/notes/{name}", notes),
    ]


async def not_found(request: Request, error: Exception) -> Response:
    return JSONResponse({"detail": "Not found."}, 404)
