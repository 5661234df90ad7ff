"""What every auth scheme answers, and the one that asks for nothing."""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from django.urls import URLPattern
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.request import Request

from oauth_demo.credentials import Credential
from plugins.permissions import HasCredential, OwnUsername

if TYPE_CHECKING:
    from plugins.mounts import PluginMount
    from plugins.plugin import Plugin


class AuthScheme:
    """One way for a client to authenticate; the base lets nobody in."""

    slug: ClassVar[str]
    """Names its templates, and the scheme itself in the manifest."""
    name: ClassVar[str]
    """What people call it, in two words."""
    permissions: tuple[Callable[[], BasePermission], ...] = (HasCredential,)
    """What DRF asks of a caller, in this order."""
    tokens_by_hand: ClassVar[bool] = False
    """Whether this site hands out its tokens, by a command or on a page."""
    request_header: ClassVar[str] = "Authorization"
    """The header that carries the credential; browsers may send it, needed or not."""
    how_to_get_one: ClassVar[str] = ""
    """Where somebody without a credential gets one, in a sentence."""
    mcp_credential: ClassVar[str] = ""
    """What it takes to use the plugin in an MCP client, for people."""
    placeholder: ClassVar[str] = ""
    """What stands for a credential in a command that is shown; "" where none is needed."""
    token_command: ClassVar[str] = ""
    """The command by which the operator of this site makes a token, but for the plugin's slug."""
    lends: ClassVar[bool] = False
    """Whether somebody who is signed in here can lend a page of this site a token of theirs."""
    scopes: Mapping[str, str] = MappingProxyType({})
    """What can be asked for one by one, each in plain words."""

    # --- Documents -----------------------------------------------------------------------

    def as_manifest(self, mount: "PluginMount") -> dict[str, Any] | None:
        """Return the manifest's `auth` object; None where a manifest has no word for the scheme."""
        return {"type": self.slug}

    def as_openapi(self, mount: "PluginMount") -> dict[str, Any]:
        """Return the OpenAPI security schemes of a plugin at a mount, by name."""
        return {}

    def security(self, view: Any, method: str) -> list[dict[str, list[str]]]:
        """Return what an operation needs of the security schemes (OpenAPI 3.0 section 4.8.30)."""
        return []

    def as_mcp(self, view: Any, method: str) -> list[dict[str, Any]]:
        """Return what ChatGPT is told of how a tool authenticates; [] for what it cannot do."""
        return []

    @property
    def install_template(self) -> str:
        return f"install/{self.slug}.html"

    @property
    def legal_template(self) -> str:
        return f"legal/{self.slug}.html"

    def header(self, secret: str) -> str:
        """Return the header that a command sends a secret in."""
        return f"{self.request_header}: {secret}"

    def headers(self, secret: str) -> dict[str, str]:
        """Return the headers in which an MCP client sends a token that its person was given.

        There are none where nobody is given one: a client finds out by itself, or needs nothing.
        """
        if not self.tokens_by_hand:
            return {}
        name, _, value = self.header(secret).partition(": ")
        return {name: value}

    def codex_settings(self, variable: str) -> dict[str, Any]:
        """Return what Codex's settings say of such a token, which an environment variable holds."""
        return {"env_http_headers": {self.request_header: variable}} if self.tokens_by_hand else {}

    @property
    def wanted(self) -> str:
        """What is said to who sends no credential."""
        return f"Send a token as '{self.header('…')}'. {self.how_to_get_one}"

    # --- This site as a client of its own plugins ----------------------------------------

    def hand_out(self, plugin: "Plugin", user: Any, redirect_uri: str) -> Mapping[str, str]:
        """Make what it takes to install a plugin here for a person of this site.

        By the names of what a person would type: `token`, or `client_id` and `client_secret`. {}
        where nobody has to type anything.
        """
        return {}

    def take_back(self, handed_out: Mapping[str, str]) -> list[str]:
        """End what was handed out; say in words what was ended."""
        return []

    def lend(self, plugin: "Plugin", user: Any) -> str:
        """Return a token of a person of this site, for a page of this site; for schemes that lend.

        It ends by itself after `oauth_demo.lending.LENT`, and takes the place of the one before.
        """
        raise NotImplementedError

    def end_loan(self, plugin: "Plugin", user: Any) -> None:
        """End the token that a person was lent, if there is one."""

    # --- Requests ------------------------------------------------------------------------

    def authenticate(self, request: Request, plugin: "Plugin") -> tuple[Any, Credential] | None:
        """Return who calls, and by which credential; None for a request that bears none.

        Raises AuthenticationFailed for one that does not open the plugin.
        """
        raise NotImplementedError

    def challenge(self, request: Request, plugin: "Plugin") -> str:
        """Return the WWW-Authenticate of a 401."""
        raise NotImplementedError

    def protection(self, plugin: "Plugin") -> Mapping[str, Any]:
        """Return the arguments of `as_view` by which a view lets in these callers alone."""
        return {
            "authentication_classes": [partial(SchemeAuthentication, plugin)],
            "permission_classes": self.permissions,
        }

    @property
    def callers(self) -> Literal["everybody", "services", "people"]:
        """Who is let in: everybody, services to all there is, or people to what is their own."""
        if OwnUsername in self.permissions:
            return "people"
        return "services" if HasCredential in self.permissions else "everybody"

    def urls(self, plugin: "Plugin") -> list[URLPattern]:
        """Return the routes that the scheme itself needs, below the plugin's root."""
        return []


class SchemeAuthentication(BaseAuthentication):
    """A plugin's scheme, as DRF asks it; `as_view` binds it to the plugin."""

    def __init__(self, plugin: "Plugin") -> None:
        self.plugin = plugin
        self.scheme = plugin.auth

    def authenticate(self, request: Request) -> tuple[Any, Credential] | None:
        return self.scheme.authenticate(request, self.plugin)

    def authenticate_header(self, request: Request) -> str:
        return self.scheme.challenge(request, self.plugin)


class NoAuth(AuthScheme):
    """Anybody may call."""

    slug = "none"
    name = "No sign-in"
    mcp_credential = "It needs no credential."
    permissions = (AllowAny,)

    def as_mcp(self, view: Any, method: str) -> list[dict[str, Any]]:
        return [{"type": "noauth"}]

    def protection(self, plugin: "Plugin") -> Mapping[str, Any]:
        return {"authentication_classes": [], "permission_classes": self.permissions}
