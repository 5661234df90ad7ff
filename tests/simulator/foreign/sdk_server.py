"""An MCP server by the official SDK: open at `/open/mcp`, with its own authorization at `/mcp`.

Both eras of the protocol, sessions, event streams, registration, PKCE, refresh and revocation are
the SDK's; what it asks of a site is here.
"""

import contextlib
import secrets
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import uvicorn
from mcp.server.auth.provider import (
    AccessToken,
    AuthorizationCode,
    AuthorizationParams,
    AuthorizeError,
    OAuthAuthorizationServerProvider,
    RefreshToken,
    construct_redirect_uri,
)
from mcp.server.auth.settings import AuthSettings, ClientRegistrationOptions, RevocationOptions
from mcp.server.mcpserver import MCPServer
from mcp.shared.auth import OAuthClientInformationFull, OAuthToken
from mcp.types import ToolAnnotations
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

SCOPE = "notes"
READS = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)
PORT = int(sys.argv[1])
URL = f"http://localhost:{PORT}"


@dataclass
class Kept:
    agrees: bool = True
    clients: dict[str, OAuthClientInformationFull] = field(default_factory=dict)
    codes: dict[str, AuthorizationCode] = field(default_factory=dict)
    refreshes: dict[str, RefreshToken] = field(default_factory=dict)
    accesses: dict[str, AccessToken] = field(default_factory=dict)


kept = Kept()


class Provider(OAuthAuthorizationServerProvider[AuthorizationCode, RefreshToken, AccessToken]):
    async def get_client(self, client_id: str) -> OAuthClientInformationFull | None:
        return kept.clients.get(client_id)

    async def register_client(self, client_info: OAuthClientInformationFull) -> None:
        kept.clients[str(client_info.client_id)] = client_info

    async def authorize(
        self, client: OAuthClientInformationFull, params: AuthorizationParams
    ) -> str:
        """Take whoever comes for somebody who is signed in, and has answered."""
        if not kept.agrees:
            raise AuthorizeError("access_denied", "They did not agree.")
        code = AuthorizationCode(
            code=secrets.token_urlsafe(32),
            scopes=params.scopes or [SCOPE],
            expires_at=time.time() + 60,
            client_id=str(client.client_id),
            code_challenge=params.code_challenge,
            redirect_uri=params.redirect_uri,
            redirect_uri_provided_explicitly=params.redirect_uri_provided_explicitly,
            resource=params.resource,
        )
        kept.codes[code.code] = code
        back = str(params.redirect_uri)
        return construct_redirect_uri(back, code=code.code, state=params.state)

    async def load_authorization_code(
        self, client: OAuthClientInformationFull, authorization_code: str
    ) -> AuthorizationCode | None:
        return kept.codes.get(authorization_code)

    async def exchange_authorization_code(
        self, client: OAuthClientInformationFull, authorization_code: AuthorizationCode
    ) -> OAuthToken:
        del kept.codes[authorization_code.code]
        return issue(authorization_code)

    async def load_refresh_token(
        self, client: OAuthClientInformationFull, refresh_token: str
    ) -> RefreshToken | None:
        return kept.refreshes.get(refresh_token)

    async def exchange_refresh_token(
        self, client: OAuthClientInformationFull, refresh_token: RefreshToken, scopes: list[str]
    ) -> OAuthToken:
        del kept.refreshes[refresh_token.token]
        return issue(refresh_token)

    async def load_access_token(self, token: str) -> AccessToken | None:
        return kept.accesses.get(token)

    async def revoke_token(self, token: AccessToken | RefreshToken) -> None:
        kept.accesses.pop(token.token, None)
        kept.refreshes.pop(token.token, None)


def issue(given: AuthorizationCode | RefreshToken) -> OAuthToken:
    """Return a new pair of tokens, for what was given the last."""
    access, refresh = (secrets.token_urlsafe(32) for _ in range(2))
    same = {"client_id": given.client_id, "scopes": given.scopes, "resource": given.resource}
    kept.accesses[access] = AccessToken.model_validate({"token": access, **same})
    kept.refreshes[refresh] = RefreshToken.model_validate({"token": refresh, **same})
    return OAuthToken(
        access_token=access,
        token_type="Bearer",
        expires_in=3600,
        refresh_token=refresh,
        scope=" ".join(given.scopes),
    )


def notes(server: MCPServer) -> MCPServer:
    """Give a server its tools."""

    @server.tool(name="getNotes", description="Get the notes of a name.", annotations=READS)
    def get_notes(name: str) -> list[str]:
        return [name]

    @server.tool(name="failNote", description="Fail, as tools do.", annotations=READS)
    def fail_note() -> str:
        raise ValueError("There is no such note.")

    return server


ASKING = AuthSettings.model_validate(
    {
        "issuer_url": URL,
        "resource_server_url": f"{URL}/mcp",
        "required_scopes": [SCOPE],
        "validate_token_resource": True,
        "client_registration_options": ClientRegistrationOptions(
            enabled=True, valid_scopes=[SCOPE], default_scopes=[SCOPE]
        ),
        "revocation_options": RevocationOptions(enabled=True),
    }
)
open_server = notes(MCPServer("OpenNotes", instructions="Keeps notes."))
asking_server = notes(
    MCPServer("Notes", instructions="Keeps notes.", auth=ASKING, auth_server_provider=Provider())
)


async def testing(request: Request) -> Response:
    """What an operator does, or time."""
    global kept
    said = await request.json()
    if said.get("anew"):
        kept = Kept()
    if said.get("tokens_expire"):
        kept.accesses.clear()
    kept.agrees = said.get("agrees", kept.agrees)
    return JSONResponse({"accesses": len(kept.accesses), "refreshes": len(kept.refreshes)})


@contextlib.asynccontextmanager
async def running(app: Starlette) -> AsyncIterator[None]:
    async with open_server.session_manager.run(), asking_server.session_manager.run():
        yield


app = Starlette(
    routes=[
        Route("/testing", testing, methods=["POST"]),
        Mount("/open", open_server.streamable_http_app()),
        Mount("/", asking_server.streamable_http_app()),
    ],
    lifespan=running,
)

if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=PORT, log_level="warning")
