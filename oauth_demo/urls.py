"""The account area, and the routes of a plugin's authorization server."""

from collections.abc import Sequence

from django.contrib.auth import views as auth_views
from django.urls import URLPattern, path

from oauth_demo import views
from oauth_demo.authorize import AuthorizeView
from oauth_demo.exchange import ExchangeView, RevokeView
from oauth_demo.metadata import ResourceMetadataView, ServerMetadataView
from oauth_demo.registration import ManageView, RegisterView
from oauth_demo.server import AuthorizationServer


def account_urls(personal_plugins: Sequence[tuple[str, str]]) -> list[URLPattern]:
    """Return the account area; people can make tokens for the plugins (slug, name) given."""
    tokens = views.TokensView.as_view(personal_plugins=personal_plugins)
    return [
        path("signup/", views.SignUpView.as_view(), name="signup"),
        path("login/", views.SignInView.as_view(), name="login"),
        path("logout/", auth_views.LogoutView.as_view(), name="logout"),
        path("password/", views.PasswordChangeView.as_view(), name="password_change"),
        path("tokens/", tokens, name="tokens"),
        path("tokens/<int:pk>/revoke/", views.RevokeTokenView.as_view(), name="revoke-token"),
        path("apps/", views.ConnectedAppsView.as_view(), name="apps"),
        path("apps/<int:pk>/disconnect/", views.DisconnectView.as_view(), name="disconnect"),
    ]


def authorization_server_urls(server: AuthorizationServer) -> list[URLPattern]:
    """Return what a plugin's authorization server answers, by the library's names."""
    authorization_server = ".well-known/oauth-authorization-server"
    protected_resource = ".well-known/oauth-protected-resource"
    return [
        path("oauth", AuthorizeView.as_view(server=server), name="authorize"),
        path("auth/oauth_exchange", ExchangeView.as_view(server=server), name="token"),
        path("auth/oauth_revoke", RevokeView.as_view(server=server), name="revoke-token"),
        path(authorization_server, ServerMetadataView.as_view(server=server), name="server"),
        path(protected_resource, ResourceMetadataView.as_view(server=server), name="resource"),
    ]


registration_urls = [  # by the library's names; they answer where DCR_ENABLED is set
    path("", RegisterView.as_view(), name="dcr-register"),
    path("<str:client_id>/", ManageView.as_view(), name="dcr-register-management"),
]
