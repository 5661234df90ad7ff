"""Who is let in, once it is known who calls."""

from rest_framework.exceptions import NotAuthenticated, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from api.normalization import nfc
from api.usernames import USERNAME_MAX_LENGTH
from oauth_demo.credentials import Credential


class HasCredential(BasePermission):
    """Lets in whoever was authenticated; tells others how."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if request.auth is None:
            [authenticator] = view.get_authenticators()
            raise NotAuthenticated(authenticator.scheme.wanted)  # type: ignore[attr-defined]
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

    def __init__(self, *, read: str, write: str) -> None:
        self.read = read
        self.write = write

    def scope(self, view: APIView, method: str) -> str:
        return self.read if method in getattr(view, "reads", ("GET", "HEAD")) else self.write

    def has_permission(self, request: Request, view: APIView) -> bool:
        assert isinstance(request.auth, Credential)
        scope = self.scope(view, str(request.method))
        if scope not in request.auth.scopes:
            raise InsufficientScope(scope)
        return True


class OwnUsername(BasePermission):
    """Lets a person in where the path bears their own username; `me` stands for it."""

    description = "Whose it is: 'me', for whoever holds the token. Nobody else's is let in."
    """What the documents say of a username in a path."""
    example = "me"

    def has_permission(self, request: Request, view: APIView) -> bool:
        assert isinstance(request.auth, Credential)
        own = request.auth.username
        if view.kwargs.get("username") == "me":
            view.kwargs["username"] = own  # the arguments that the view is about to get
        # What the view will look for: an account of another form than C must not find another's.
        named = nfc(view.kwargs.get("username", own), longest=USERNAME_MAX_LENGTH)
        if named != own:
            raise PermissionDenied(
                f"This token opens only what belongs to '{own}'. Use that username."
            )
        return True


WITHOUT_BODY = ("GET", "HEAD", "DELETE")
"""The methods whose requests say in their query what is wanted."""


class DocumentedQuery(BasePermission):
    """Asked after all others: does the operation know what the query asks for?

    A view that no document describes asks nothing.
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        if request.META["QUERY_STRING"] and request.method in WITHOUT_BODY and view.schema:
            view.schema.check_query(request, view)  # type: ignore[attr-defined]
        return True
