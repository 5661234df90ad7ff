"""The account area."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from accounts import views
from accounts.throttling import limit_attempts

urlpatterns = [
    path("signup/", limit_attempts(views.SignUpView.as_view()), name="signup"),
    path("login/", limit_attempts(views.SignInView.as_view()), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("password/", views.PasswordChangeView.as_view(), name="password_change"),
    path("tokens/", views.TokensView.as_view(), name="tokens"),
    path("tokens/<int:pk>/revoke/", views.RevokeTokenView.as_view(), name="revoke-token"),
    path("apps/", views.ConnectedAppsView.as_view(), name="apps"),
    path("apps/<int:pk>/disconnect/", views.DisconnectView.as_view(), name="disconnect"),
]
