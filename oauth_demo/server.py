"""A plugin's authorization server, and what its endpoints have in common."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from oauth2_provider.oauth2_backends import OAuthLibCore
from oauth2_provider.settings import oauth2_settings
from oauthlib.oauth2.rfc6749 import errors

from api.mounts import MountedRequest
from oauth_demo.models import audience
from oauth_demo.validator import Validator


@dataclass(frozen=True)
class AuthorizationServer:
    """Hands out codes and tokens for one plugin."""

    plugin: str
    """The plugin's slug."""
    name: str
    """What people call the plugin."""
    scopes: Mapping[str, str]
    """What can be asked for, each in plain words; all of it when nothing is named."""

    @property
    def audience(self) -> str:
        return audience(self.plugin)


class EndpointMixin:
    """Runs one of the library's views on its plugin's authorization server."""

    server = AuthorizationServer(plugin="", name="", scopes={})  # `as_view` names the real one

    def get_oauthlib_core(self) -> OAuthLibCore:
        endpoints = oauth2_settings.OAUTH2_SERVER_CLASS
        return OAuthLibCore(endpoints(Validator(self.server), **oauth2_settings.server_kwargs))


def require_own_resource(request: MountedRequest, resources: Iterable[str]) -> None:
    """Raise OAuth2Error where another resource than the plugin is asked for (RFC 8707 2)."""
    if not {*resources} <= {*request.mount.resources}:
        words = f"resource must be {request.mount.root}. Send that, or leave it out."
        raise errors.CustomOAuth2Error("invalid_target", words)
