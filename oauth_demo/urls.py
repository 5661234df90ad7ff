"""Where authorization servers answer, and where clients register."""

from collections.abc import Mapping
from typing import Any

from django.urls import URLPattern, path

from oauth_demo.authorize import AuthorizeView
from oauth_demo.cross_origin import open_to_scripts
from oauth_demo.exchange import ExchangeView, RevokeView
from oauth_demo.metadata import ResourceMetadataView, ServerMetadataView
from oauth_demo.registration import ManageView, RegisterView
from oauth_demo.server import AuthorizationServer


def authorization_server_urls(
    server: AuthorizationServer, *, protected: Mapping[str, str]
) -> list[URLPattern]:
    """Return what a plugin's authorization server answers, by the library's names.

    `protected` names the routes that its tokens open, by their paths below the plugin's root.
    """
    authorization_server = ".well-known/oauth-authorization-server"
    protected_resource = ".well-known/oauth-protected-resource"
    return [
        path("oauth", AuthorizeView.as_view(server=server), name="authorize"),
        open_path("auth/oauth_exchange", ExchangeView.as_view(server=server), "token"),
        open_path("auth/oauth_revoke", RevokeView.as_view(server=server), "revoke-token"),
        open_path(authorization_server, ServerMetadataView.as_view(server=server), "server"),
        *(
            open_path(
                f"{protected_resource}{below}",
                ResourceMetadataView.as_view(server=server, route=route),
                "resource",
            )
            for below, route in protected.items()
        ),
    ]


def open_path(route: str, endpoint: Any, name: str) -> URLPattern:
    """Return a route that scripts of other origins may call."""
    return path(route, open_to_scripts(endpoint), name=name)


registration_urls = [  # by the library's names; they answer where DCR_ENABLED is set
    open_path("", RegisterView.as_view(), "dcr-register"),
    open_path("<str:client_id>/", ManageView.as_view(), "dcr-register-management"),
]
