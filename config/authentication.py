"""Who is calling: the bearer tokens that a plugin accepts.

A token is bound to one plugin, its audience (RFC 9700 section 2.3): every other plugin and
scheme refuses it.
"""

from collections.abc import Mapping
from typing import Any, Literal, NoReturn

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.utils.functional import SimpleLazyObject
from rest_framework.authentication import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from oauth_demo.metadata import resource_metadata_url
from oauth_demo.models import (
    Credential,
    find_access_token,
    find_personal_token,
    find_service_token,
)

Access = Literal["read", "write"]


class BearerAuthentication(TokenAuthentication):
    """`Authorization: Bearer …` (RFC 6750), for one plugin."""

    keyword = "Bearer"
    how_to_get_one = ""

    def __init__(self, plugin: str) -> None:
        self.plugin = plugin

    def authenticate_header(self, request: Request) -> str:
        """Return the challenge of a 401; one for a refused token says so (RFC 6750 section 3)."""
        challenge = f'Bearer realm="{self.plugin}"'
        if "HTTP_AUTHORIZATION" in request.META:
            challenge += ', error="invalid_token"'
        return challenge

    def refuse(self) -> NoReturn:
        # One answer for unknown, revoked and foreign tokens: none of them is confirmed.
        raise AuthenticationFailed(
            f"This token does not open this plugin, or no longer does. {self.how_to_get_one}"
        )


class ServiceTokenAuthentication(BearerAuthentication):
    """A token that a whole service shares; it stands for no person."""

    how_to_get_one = "Ask the plugin's operator for a service token."

    def authenticate_credentials(self, key: str) -> tuple[AnonymousUser, Credential]:
        credential = find_service_token(key, plugin=self.plugin)
        if credential is None:
            self.refuse()
        return AnonymousUser(), credential


class PersonalTokenAuthentication(BearerAuthentication):
    """A token that a person made for themselves; it opens what is theirs."""

    how_to_get_one = "Sign in to the plugin's site and make one under Tokens."

    def find(self, key: str) -> Credential | None:
        return find_personal_token(key, plugin=self.plugin)

    def authenticate_credentials(self, key: str) -> tuple[Any, Credential]:
        credential = self.find(key)
        if credential is None:
            self.refuse()
        # The credential names the person; who needs the rest of the account pays the query.
        user = SimpleLazyObject(lambda: get_user_model().objects.get(username=credential.username))
        return user, credential


class AccessTokenAuthentication(PersonalTokenAuthentication):
    """A token that a client was given because a person agreed to it (OAuth)."""

    how_to_get_one = "Refresh it, or ask the person to connect the client again."

    def find(self, key: str) -> Credential | None:
        return find_access_token(key, plugin=self.plugin)

    def authenticate_header(self, request: Request) -> str:
        """Say also where a client learns how to get a token (RFC 9728 section 5.1)."""
        challenge = super().authenticate_header(request)
        return f'{challenge}, resource_metadata="{resource_metadata_url(request)}"'


class HasCredential(BasePermission):
    """Lets in whoever was authenticated; tells others how."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if request.auth is None:
            how = " ".join(
                getattr(scheme, "how_to_get_one", "") for scheme in view.get_authenticators()
            )
            raise NotAuthenticated(f"Send a token as 'Authorization: Bearer …'. {how}")
        return True


class InsufficientScope(PermissionDenied):
    """A token that is good, but not for this (RFC 6750 section 3.1)."""

    def __init__(self, scope: str) -> None:
        super().__init__(
            f"This token lacks the scope '{scope}'. Ask the person to connect the client again "
            "and to agree to it."
        )
        # DRF sends it along as WWW-Authenticate.
        self.auth_header = f'Bearer error="insufficient_scope", scope="{scope}"'


class HasScope(BasePermission):
    """Lets a token in that bears the scope for what the request does: read, or write.

    GET reads and all else writes, unless the view names its `reads`: a question that is too
    long for a URL comes by POST, and changes nothing.
    """

    def __init__(self, scope_of: Mapping[Access, str]) -> None:
        self.scope_of = scope_of

    def scope(self, view: APIView, method: str) -> str:
        reads = getattr(view, "reads", ("GET", "HEAD"))
        return self.scope_of["read" if method in reads else "write"]

    def has_permission(self, request: Request, view: APIView) -> bool:
        assert isinstance(request.auth, Credential)
        scope = self.scope(view, str(request.method))
        if scope not in request.auth.scopes:
            raise InsufficientScope(scope)
        return True


class OwnUsername(BasePermission):
    """Lets a person in where the path bears their own username."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        assert isinstance(request.auth, Credential)
        own = request.auth.username
        self.message = f"This token opens only what belongs to '{own}'. Use that username."
        return bool(view.kwargs.get("username", own) == own)
