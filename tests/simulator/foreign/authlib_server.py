"""An authorization server by Authlib, as its documentation shows one, with a plugin behind it.

Grants, client authentication, PKCE, registration, revocation and their refusals are Authlib's; what
it asks of a site is here and in `authlib_models`: what is kept, and a page to agree on.
"""

import json
import os
import sys
import time
from typing import Any

import uvicorn
from authlib.common.security import generate_token
from authlib.oauth2 import AuthorizationServer, OAuth2Error, OAuth2Request
from authlib.oauth2.rfc6749 import JsonPayload, JsonRequest, grants
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7591 import ClientRegistrationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from authlib.oauth2.rfc9207 import IssuerParameter
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from plugins.linter.site import ORIGINS
from tests.simulator.foreign.authlib_models import METHODS, SCOPE, Client, Code, Kept, Token
from tests.simulator.foreign.notes_plugin import not_found, plugin_routes

PERSON = "ann"

kept = Kept()


class Asked(OAuth2Request):  # type: ignore[misc]
    """A request of the framework, read before Authlib sees it; JSON too, as ChatGPT sent it."""

    def __init__(self, request: Request, form: dict[str, str]) -> None:
        super().__init__(request.method, str(request.url), headers=request.headers)
        self.own_args = dict(request.query_params)
        self.own_form = form
        self.payload = BasicOAuth2Payload(self.own_args | form)

    @property
    def args(self) -> dict[str, str]:
        return self.own_args

    @property
    def form(self) -> dict[str, str]:
        return self.own_form


async def asked(request: Request) -> Asked:
    if request.headers.get("content-type") == "application/json":
        return Asked(request, json.loads(await request.body()))
    return Asked(request, {name: str(value) for name, value in (await request.form()).items()})


class Answer(Response):
    """Has the header that Authlib adds the issuer to (RFC 9207)."""

    @property
    def location(self) -> str:
        return self.headers.get("location", "")

    @location.setter
    def location(self, url: str) -> None:
        self.headers["location"] = url


class Server(AuthorizationServer):  # type: ignore[misc]
    def query_client(self, client_id: str) -> Client | None:
        return kept.clients.get(client_id)

    def save_token(self, token: dict[str, Any], request: Asked) -> None:
        kept.tokens.append(Token(token, request.client.client_id, request.user))

    def create_oauth2_request(self, request: Asked) -> Asked:
        return request

    def create_json_request(self, request: JsonRequest) -> JsonRequest:
        return request

    def handle_response(self, status: int, body: Any, headers: Any) -> Response:
        content = json.dumps(body) if isinstance(body, dict) else body
        return Answer(content, status, headers=dict(headers))

    def send_signal(self, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""


class CodeGrant(grants.AuthorizationCodeGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS

    def save_authorization_code(self, code: str, request: Asked) -> None:
        sent = request.payload.data
        kept.codes[code] = Code(
            code,
            request.client.client_id,
            request.payload.redirect_uri,
            request.scope,
            request.user,
            sent.get("code_challenge"),
            sent.get("code_challenge_method"),
        )

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        found = kept.codes.get(code)
        fits = found and found.client_id == client.client_id and found.expires_at > time.time()
        return found if fits else None

    def delete_authorization_code(self, authorization_code: Code) -> None:
        del kept.codes[authorization_code.code]

    def authenticate_user(self, authorization_code: Code) -> str:
        return authorization_code.user


class RefreshGrant(grants.RefreshTokenGrant):  # type: ignore[misc]
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token: str) -> Token | None:
        return next(
            (each for each in valid() if each.values["refresh_token"] == refresh_token), None
        )

    def authenticate_user(self, refresh_token: Token) -> str:
        return refresh_token.user

    def revoke_old_credential(self, refresh_token: Token) -> None:
        refresh_token.revoked = True


class Revocation(RevocationEndpoint):  # type: ignore[misc]
    CLIENT_AUTH_METHODS = METHODS

    def query_token(self, token_string: str, token_type_hint: str | None) -> Token | None:
        return next((each for each in kept.tokens if token_string in each.values.values()), None)

    def revoke_token(self, token: Token, request: Asked) -> None:
        token.revoked = True


class Registration(ClientRegistrationEndpoint):  # type: ignore[misc]
    def authenticate_token(self, request: JsonRequest) -> str:
        return "anybody"

    def get_server_metadata(self) -> dict[str, Any]:
        return metadata()

    def save_client(
        self, client_info: dict[str, Any], client_metadata: dict[str, Any], request: JsonRequest
    ) -> Client:
        return save_client(client_info["client_id"], client_info["client_secret"], client_metadata)


class Body(JsonPayload):  # type: ignore[misc]
    def __init__(self, data: Any) -> None:
        self.own_data = data

    @property
    def data(self) -> Any:
        return self.own_data


class Issuer(IssuerParameter):  # type: ignore[misc]
    def __init__(self, server: Server) -> None:
        super().__call__(server)

    def get_issuer(self) -> str | None:
        return URL if kept.publishes else None


def valid() -> list[Token]:
    return [each for each in kept.tokens if not each.revoked]


def owner_of(token: str) -> str | None:
    found = (each for each in valid() if each.values["access_token"] == token and not each.expired)
    return next((each.user for each in found), None)


def save_client(client_id: str, client_secret: str, values: dict[str, Any]) -> Client:
    kept.clients[client_id] = Client(client_id, client_secret, values)
    return kept.clients[client_id]


def metadata() -> dict[str, Any]:
    made = AuthorizationServerMetadata(
        issuer=URL,
        authorization_endpoint=f"{URL}/oauth/authorize",
        token_endpoint=f"{URL}/oauth/token",
        registration_endpoint=f"{URL}/oauth/register",
        revocation_endpoint=f"{URL}/oauth/revoke",
        scopes_supported=[SCOPE],
        response_types_supported=["code"],
        grant_types_supported=["authorization_code", "refresh_token"],
        token_endpoint_auth_methods_supported=kept.auth_methods,
        code_challenge_methods_supported=["S256"],
        authorization_response_iss_parameter_supported=True,
    )
    return dict(made)


async def published(request: Request) -> Response:
    return JSONResponse(metadata() if kept.publishes else {}, 200 if kept.publishes else 404)


async def authorize(request: Request) -> Response:
    """Show a person what is asked for, and take their answer."""
    sent = await asked(request)
    try:
        grant = server.get_consent_grant(request=sent, end_user=PERSON)
    except OAuth2Error as error:
        answer: Response = server.handle_error_response(sent, error)
        return answer
    if request.method == "GET":
        form = '<form method="post"><button name="agree" value="yes">Agree</button></form>'
        return HTMLResponse(f"<p>{grant.client.client_id} asks for {SCOPE}.</p>{form}")
    person = PERSON if sent.form.get("agree") == "yes" else None
    led: Response = server.create_authorization_response(
        request=sent, grant_user=person, grant=grant
    )
    return led


async def token(request: Request) -> Response:
    sent = await asked(request)
    kind, proof = request.headers["content-type"], request.headers.get("authorization", "")
    named = {"type": kind, "fields": sorted(sent.form), "basic": proof.startswith("Basic ")}
    kept.requests.append(named)
    answer: Response = server.create_token_response(sent)
    return answer


async def register(request: Request) -> Response:
    sent = JsonRequest("POST", str(request.url), request.headers)
    sent.payload = Body(await request.json())
    answer: Response = server.create_endpoint_response("client_registration", sent)
    return answer


async def revoke(request: Request) -> Response:
    answer: Response = server.create_endpoint_response("revocation", await asked(request))
    return answer


async def testing(request: Request) -> Response:
    """What an operator does, or time: all but what a client can."""
    global kept
    said = await request.json()
    if said.pop("anew", False):
        kept = Kept()
    for code in kept.codes.values() if said.pop("codes_expire", False) else ():
        code.expires_at = 0
    for each in kept.tokens if said.pop("tokens_expire", False) else ():
        each.expired = True
    if made := said.pop("client", None):
        save_client(made["client_id"], made["client_secret"], made)
    for name, value in said.items():
        setattr(kept, name, value)
    living = len([each for each in valid() if not each.expired])
    return JSONResponse({"requests": kept.requests, "tokens": living})


def manifest_auth() -> dict[str, Any]:
    return {
        "client_url": f"{URL}/oauth/authorize",
        "authorization_url": f"{URL}/oauth/token",
        "authorization_content_type": kept.content_type,
        "scope": SCOPE,
        "verification_tokens": {"openai": "shown-to-openai"},
    }


def make_server() -> Server:
    made = Server(scopes_supported=[SCOPE])
    generate = BearerTokenGenerator(
        lambda *args, **kwargs: generate_token(42), lambda *args, **kwargs: generate_token(48)
    )
    made.register_token_generator("default", generate)
    made.register_grant(CodeGrant, [CodeChallenge(required=True)])
    made.register_grant(RefreshGrant)
    made.register_endpoint(Revocation)
    made.register_endpoint(Registration)
    made.register_extension(Issuer)
    return made


PORT = int(sys.argv[1])
URL = f"http://localhost:{PORT}"
server = make_server()
app = Starlette(
    routes=[
        *plugin_routes(URL, manifest_auth, owner_of),
        Route("/.well-known/oauth-authorization-server", published),
        Route("/oauth/authorize", authorize, methods=["GET", "POST"]),
        Route("/oauth/token", token, methods=["POST"]),
        Route("/oauth/register", register, methods=["POST"]),
        Route("/oauth/revoke", revoke, methods=["POST"]),
        Route("/testing", testing, methods=["POST"]),
    ],
    middleware=[Middleware(CORSMiddleware, allow_origins=ORIGINS, allow_private_network=True)],
    exception_handlers={404: not_found},
)

if __name__ == "__main__":
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # http, on this machine
    uvicorn.run(app, host="127.0.0.1", port=PORT, log_level="warning")
