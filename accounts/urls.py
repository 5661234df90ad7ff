"""The account area."""

from django.urls import path

from accounts import passwords, profile, views
from accounts.throttling import limit_attempts

urlpatterns = [
    path("signup/", limit_attempts(views.SignUpView.as_view()), name="signup"),
    path("login/", limit_attempts(views.SignInView.as_view()), name="login"),
    path("logout/", views.SignOutView.as_view(), name="logout"),
    path("", profile.AccountView.as_view(), name="account"),
    path("export/", profile.ExportView.as_view(), name="export"),
    path("delete/", limit_attempts(profile.DeleteAccountView.as_view()), name="delete-account"),
    path("email/", limit_attempts(profile.EmailView.as_view()), name="email"),
    path("email/<str:signed>/", profile.ConfirmEmailView.as_view(), name="confirm-email"),
    path(
        "password/", limit_attempts(passwords.PasswordChangeView.as_view()), name="password_change"
    ),
    path("forgotten/", limit_attempts(passwords.ForgottenView.as_view()), name="forgotten"),
    path("forgotten/sent/", passwords.ForgottenSentView.as_view(), name="forgotten-sent"),
    path("reset/<uidb64>/<token>/", passwords.ResetView.as_view(), name="reset"),
    path("tokens/", views.TokensView.as_view(), name="tokens"),
    path("tokens/<int:pk>/revoke/", views.RevokeTokenView.as_view(), name="revoke-token"),
    path("apps/", views.ConnectedAppsView.as_view(), name="apps"),
    path("apps/<int:pk>/disconnect/", views.DisconnectView.as_view(), name="disconnect"),
]
