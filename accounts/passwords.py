"""A password is changed by who knows it, and reset by who reads the account's mail."""

from collections.abc import Iterable, Iterator
from typing import Any

from axes.utils import reset as end_lock
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.contrib.auth.forms import PasswordResetForm
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMessage
from django.http import HttpResponse
from django.urls import reverse, reverse_lazy
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts.busy import KeepsFormMixin
from accounts.forms import NewPasswordForm, ResetPasswordForm
from accounts.mail import letter, send_later
from api.throttling import Limit, client_address


class PasswordChangeView(KeepsFormMixin, auth_views.PasswordChangeView):
    template_name = "accounts/password.html"
    form_class = NewPasswordForm
    success_url = reverse_lazy("tokens")

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, "Your password was changed." + ended(form))
        return super().form_valid(form)


class ForgottenView(auth_views.PasswordResetView):
    """Sends a link to whom the address belongs; says the same whether that is anybody.

    A person is written to so often (THROTTLE_RESET), and then no more: nobody is to fill their
    mailbox. Where the site sends no mail, the page says so, and who can help.
    """

    template_name = "accounts/forgotten.html"
    success_url = reverse_lazy("forgotten-sent")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            sends_mail=settings.SENDS_MAIL, contact_email=settings.CONTACT_EMAIL, **kwargs
        )

    def form_valid(self, form: PasswordResetForm) -> HttpResponse:
        if not settings.SENDS_MAIL:
            return self.render_to_response(self.get_context_data(form=form))
        found = list(form.get_users(form.cleaned_data["email"]))
        start = self.request.build_absolute_uri("/").rstrip("/")
        send_later(lambda: reset_letters(found, start))
        return HttpResponse(status=302, headers={"Location": str(self.success_url)})


def reset_letters(people: Iterable[Any], start: str) -> Iterator[EmailMessage]:
    for person in people:
        if Limit("reset", f"reset:{person.pk}").count():
            uid = urlsafe_base64_encode(force_bytes(person.pk))
            path = reverse("reset", args=[uid, default_token_generator.make_token(person)])
            name = person.get_username()
            yield letter(
                person.email,
                f"{settings.SITE_NAME}: a new password for {name}",
                "reset",
                username=name,
                site=settings.SITE_NAME,
                link=f"{start}{path}",
            )


class ForgottenSentView(auth_views.PasswordResetDoneView):
    template_name = "accounts/forgotten_sent.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        backend = settings.EMAIL_BACKEND
        return super().get_context_data(in_terminal=backend.endswith("console.EmailBackend"))


class ResetView(KeepsFormMixin, auth_views.PasswordResetConfirmView):
    """Where the link of such a mail leads: it works once, and for an hour."""

    template_name = "accounts/reset.html"
    form_class = ResetPasswordForm
    success_url = reverse_lazy("login")

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        # Who was locked out for guessing a forgotten password is let in again.
        username = self.user.get_username()  # type: ignore[union-attr]
        end_lock(ip=client_address(self.request), username=username)
        words = f"{username} has a new password: sign in with it."
        messages.success(self.request, words + ended(form))
        return response


def ended(form: Any) -> str:
    return " Your tokens were revoked." if form.cleaned_data.get("revoke_tokens") else ""
