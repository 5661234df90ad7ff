"""What Authlib has a site keep: clients, codes and tokens."""

import time
from dataclasses import dataclass, field
from typing import Any

from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin, TokenMixin

METHODS = ["client_secret_post", "client_secret_basic", "none"]
SCOPE = "notes"


@dataclass
class Kept:
    """What a site keeps in a database, and what a test may change of it."""

    content_type: str = "application/json"
    publishes: bool = True
    """Whether it says of itself what it offers (RFC 8414)."""
    auth_methods: list[str] = field(default_factory=lambda: [*METHODS])
    clients: dict[str, "Client"] = field(default_factory=dict)
    codes: dict[str, "Code"] = field(default_factory=dict)
    tokens: list["Token"] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    """Type, names of fields and way of proof of each token request."""


@dataclass
class Client(ClientMixin):  # type: ignore[misc]
    client_id: str
    client_secret: str
    metadata: dict[str, Any]

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> str:
        return str(self.metadata["redirect_uris"][0])

    def get_allowed_scope(self, scope: str) -> str:
        return SCOPE if scope else ""

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.metadata["redirect_uris"]

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == self.client_secret

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return endpoint != "token" or method == self.metadata["token_endpoint_auth_method"]

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in ("authorization_code", "refresh_token")


@dataclass
class Code(AuthorizationCodeMixin):  # type: ignore[misc]
    code: str
    client_id: str
    redirect_uri: str
    scope: str
    user: str
    code_challenge: str | None
    code_challenge_method: str | None
    expires_at: float = field(default_factory=lambda: time.time() + 60)

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope


@dataclass
class Token(TokenMixin):  # type: ignore[misc]
    values: dict[str, Any]
    client_id: str
    user: str
    revoked: bool = False
    expired: bool = False

    def check_client(self, client: Client) -> bool:
        return self.client_id == client.client_id

    def get_scope(self) -> str:
        return str(self.values.get("scope", ""))

    def get_expires_in(self) -> int:
        return int(self.values["expires_in"])

    def is_revoked(self) -> bool:
        return self.revoked

    def is_expired(self) -> bool:
        return self.expired
