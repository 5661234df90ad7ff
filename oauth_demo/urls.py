"""The account area."""

from collections.abc import Sequence

from django.contrib.auth import views as auth_views
from django.urls import URLPattern, path

from config.manifest import Plugin
from oauth_demo import views
from oauth_demo.attempts import limit_attempts


def account_urls(token_plugins: Sequence[Plugin]) -> list[URLPattern]:
    """Return the account area, where people can make tokens for the plugins given."""
    tokens = views.TokensView.as_view(plugins=token_plugins)
    return [
        path("signup/", limit_attempts(views.SignUpView.as_view()), name="signup"),
        path("login/", limit_attempts(views.SignInView.as_view()), name="login"),
        path("logout/", auth_views.LogoutView.as_view(), name="logout"),
        path("password/", views.PasswordChangeView.as_view(), name="password_change"),
        path("tokens/", tokens, name="tokens"),
        path("tokens/<int:pk>/revoke/", views.RevokeTokenView.as_view(), name="revoke-token"),
        path("apps/", views.ConnectedAppsView.as_view(), name="apps"),
        path("apps/<int:pk>/disconnect/", views.DisconnectView.as_view(), name="disconnect"),
    ]
