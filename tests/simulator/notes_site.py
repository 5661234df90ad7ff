"""A plugin that is not Django: Starlette, with an authorization server of its own, and faults."""

import base64
import hashlib
import json
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from plugins.linter.site import ORIGINS
from tests.plugins.linter.served import DOCUMENT, MANIFEST, changed, logo

CLIENT = {"client_id": "notes-client", "client_secret": "notes-client-secret"}
HTML = HTMLResponse("<p>Sign in</p>")


@dataclass
class NotesSite:
    """What it keeps, and what is wrong with it."""

    url: str
    scheme: str = "oauth"
    content_type: str = "application/json"
    instead: dict[str, Callable[[], Response]] = field(default_factory=dict)
    """What a path answers in place of what it should."""
    faults: set[str] = field(default_factory=set)
    metadata: dict[str, Any] = field(default_factory=dict)
    """Added to what it publishes of its authorization server; nothing is published without."""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    """Kind by token, access or refresh."""
    clients: dict[str, str] = field(default_factory=dict)
    """Their secrets."""
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    """Method, path and body of what came, but for documents."""
    headers: list[dict[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def publish(self, **more: Any) -> None:
        """Publish metadata that promise all there is."""
        self.metadata = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/oauth?from=plugin",
            "token_endpoint": f"{self.url}/token",
            "registration_endpoint": f"{self.url}/register",
            "revocation_endpoint": f"{self.url}/revoke",
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            **more,
        }

    # --- Documents -----------------------------------------------------------------------

    async def manifest(self, request: Request) -> Response:
        auth = {
            "type": self.scheme,
            "authorization_type": "bearer",
            "client_url": f"{self.url}/oauth?from=plugin",
            "authorization_url": f"{self.url}/token",
            "authorization_content_type": self.content_type,
            "scope": "notes",
            "verification_tokens": {"openai": "shown-to-openai"},
        }
        document = json.dumps(changed(MANIFEST, {"/auth": auth})).replace("URL/", f"{self.url}/")
        return Response(document, media_type="application/json")

    async def document(self, request: Request) -> Response:
        document = changed(DOCUMENT, {"/servers": [{"url": self.url}]})
        if self.scheme != "none":
            get = document["paths"]["/notes/{name}"]["get"]
            get["responses"]["401"] = {"description": "No token."}
        return JSONResponse(document)

    async def published(self, request: Request) -> Response:
        return JSONResponse(self.metadata, 200 if self.metadata else 404)

    # --- The authorization server --------------------------------------------------------

    async def authorize(self, request: Request) -> Response:
        """Send everybody back at once: who signs in here has nothing to hide."""
        query = dict(request.query_params)
        self.asked.append(("GET", "/oauth", query))
        if "nobody comes back" in self.faults:
            return HTML
        back = {"code": secrets.token_urlsafe(), "state": query["state"], "iss": self.url}
        if "another state" in self.faults:
            back["state"] = "guessed"
        if "no state" in self.faults:
            del back["state"]
        if "another issuer" in self.faults:
            back["iss"] = "https://mix-up.example"
        if "no issuer" in self.faults:
            del back["iss"]
        if "no code" in self.faults:
            del back["code"]
        if "refusal" in self.faults:
            back = {"error": "access_denied", "error_description": "No.", "state": query["state"]}
            back["iss"] = self.url
        self.codes[back.get("code", "")] = query
        return RedirectResponse(f"{query['redirect_uri']}?{urlencode(back)}", 302)

    async def token(self, request: Request) -> Response:
        raw = await request.body()
        kind = request.headers["content-type"]
        sent: dict[str, Any] = (
            json.loads(raw) if kind == "application/json" else dict(await request.form())
        )
        self.asked.append(("POST", "/token", sent))
        if "HTML" in self.faults:
            return HTML
        if "500" in self.faults:
            return Response("Traceback", 500, media_type="text/plain")
        if self.secret(sent, request) != (self.clients | old_client()).get(sent["client_id"]):
            return JSONResponse({"error": "invalid_client"}, 401)
        if sent["grant_type"] == "refresh_token":
            if self.tokens.pop(sent["refresh_token"], None) != "refresh":
                return JSONResponse({"error": "invalid_grant"}, 400)
            return JSONResponse(self.given())
        asked = self.codes.pop(sent["code"], None)
        if asked is None or not proves(asked, sent):
            return JSONResponse({"error": "invalid_grant", "error_description": "Spent."}, 400)
        return JSONResponse(self.given())

    def secret(self, sent: dict[str, Any], request: Request) -> str | None:
        scheme, _, both = request.headers.get("authorization", "").partition(" ")
        if scheme == "Basic":
            sent["client_id"], _, secret = base64.b64decode(both).decode().partition(":")
            return secret
        found = sent.get("client_secret")
        return str(found) if found else None

    def given(self) -> dict[str, Any]:
        access, refresh = (secrets.token_urlsafe() for _ in range(2))
        self.tokens |= {access: "access", refresh: "refresh"}
        answer = {"access_token": access, "token_type": "bearer", "expires_in": 3600}
        if "mac" in self.faults:
            answer["token_type"] = "mac"
        if "no access token" in self.faults:
            del answer["access_token"]
        return answer if "no refresh token" in self.faults else {**answer, "refresh_token": refresh}

    def expire(self) -> None:
        self.tokens = {each: kind for each, kind in self.tokens.items() if kind != "access"}

    async def register(self, request: Request) -> Response:
        body = await request.json()
        self.asked.append(("POST", "/register", body))
        if "no client" in self.faults:
            return JSONResponse({}, 201)
        made = {"client_id": "made", "client_secret": "made-secret"}
        self.clients[made["client_id"]] = made["client_secret"]
        manage = {
            "registration_client_uri": f"{self.url}/clients/made",
            "registration_access_token": "registration-access-token",
        }
        return JSONResponse({**body, **made, **manage}, 201)

    async def unregister(self, request: Request) -> Response:
        self.asked.append(("DELETE", request.url.path, request.headers["authorization"]))
        return Response(status_code=500 if "no end" in self.faults else 204)

    async def revoke(self, request: Request) -> Response:
        sent = dict(await request.form())
        self.asked.append(("POST", "/revoke", sent))
        if "no end" in self.faults:
            return Response(status_code=500)
        self.tokens.pop(str(sent["token"]), None)
        return Response(status_code=200)

    # --- The API -------------------------------------------------------------------------

    async def get_notes(self, request: Request) -> Response:
        self.headers.append(dict(request.headers))
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if self.scheme != "none" and self.tokens.get(token) != "access":
            challenge = {"WWW-Authenticate": "Bearer"}
            return JSONResponse({"detail": "No token."}, 401, challenge)
        if "echo" in self.faults:
            return JSONResponse({"you sent": token})
        return JSONResponse({"notes": [request.path_params["name"]]})

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as an application of ASGI, or as a path is told to."""
        wrong = self.instead.get(scope["path"])
        await (wrong() if wrong else self.app)(scope, receive, send)

    async def missing(self, request: Request, error: Exception) -> Response:
        return JSONResponse({"detail": "Not found."}, 404)

    @cached_property
    def app(self) -> Starlette:
        def get(path: str, view: Any) -> Route:
            return Route(path, view, methods=["GET"])

        def post(path: str, view: Any) -> Route:
            return Route(path, view, methods=["POST"])

        async def legal(request: Request) -> Response:
            return HTML

        async def picture(request: Request) -> Response:
            return Response(logo(), media_type="image/png")

        routes = [
            get("/.well-known/ai-plugin.json", self.manifest),
            get("/.well-known/oauth-authorization-server", self.published),
            get("/openapi.json", self.document),
            get("/logo.png", picture),
            get("/legal", legal),
            get("/oauth", self.authorize),
            post("/token", self.token),
            post("/register", self.register),
            Route("/clients/{id}", self.unregister, methods=["DELETE"]),
            post("/revoke", self.revoke),
            get("/notes/{name}", self.get_notes),
        ]
        cors = Middleware(CORSMiddleware, allow_origins=ORIGINS, allow_private_network=True)
        return Starlette(routes=routes, middleware=[cors], exception_handlers={404: self.missing})


def old_client() -> dict[str, str]:
    """Return the client that was made by hand."""
    return {CLIENT["client_id"]: CLIENT["client_secret"]}


def proves(asked: dict[str, str], sent: dict[str, str]) -> bool:
    """Say whether the code comes from where it went to (RFC 6749 4.1.3, RFC 7636 4.6)."""
    if asked["redirect_uri"] != sent["redirect_uri"] or asked["client_id"] != sent["client_id"]:
        return False
    if "code_challenge" not in asked:
        return "code_verifier" not in sent
    digest = hashlib.sha256(sent["code_verifier"].encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == asked["code_challenge"]


@contextmanager
def notes_site() -> Iterator[NotesSite]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        site = NotesSite(f"http://localhost:{listening.getsockname()[1]}")
        config = uvicorn.Config(
            site.answer,
            interface="asgi3",
            log_level="critical",
            lifespan="off",
            timeout_graceful_shutdown=0,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield site
        finally:
            server.should_exit = True
            thread.join(10)
