"""A person's own account: what is kept of them, to take along, to change, and to delete."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core import signing
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView, TemplateView

from accounts.busy import KeepsFormMixin
from accounts.erasure import export, kept_of
from accounts.forms import DeletionForm, EmailForm
from accounts.mail import letter, send_later
from api.throttling import Limit
from oauth_demo.models import digest

EMAIL_LINK_SECONDS = 24 * 3600
SALT = "accounts.email"
SENT = "A link was sent to"


@method_decorator(never_cache, name="dispatch")
class AccountView(LoginRequiredMixin, TemplateView):
    template_name = "accounts/account.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kept = [each for each in kept_of(self.request.user) if each.name != "account"]
        return super().get_context_data(kept=kept, sends_mail=settings.SENDS_MAIL, **kwargs)


@method_decorator(never_cache, name="dispatch")
class ExportView(LoginRequiredMixin, View):
    def get(self, request: HttpRequest) -> StreamingHttpResponse:
        """Answer all that is kept of a person, as JSON; bit by bit, as it may be much."""
        return StreamingHttpResponse(
            export(request.user),
            content_type="application/json",
            headers={"Content-Disposition": 'attachment; filename="my-data.json"'},
        )


class ConfirmedView(KeepsFormMixin, LoginRequiredMixin, FormView[Any]):
    """A form that asks for its person's password."""

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.request.user}


private = method_decorator([sensitive_post_parameters("password"), never_cache], name="dispatch")


@private
class DeleteAccountView(ConfirmedView):
    template_name = "accounts/delete.html"
    form_class = DeletionForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(kept=kept_of(self.request.user), **kwargs)

    def form_valid(self, form: DeletionForm) -> HttpResponse:
        form.user.delete()
        logout(self.request)
        messages.success(self.request, "Your account was deleted, with all that belonged to it.")
        return redirect("landing")


@private
class EmailView(ConfirmedView):
    """Takes an address once its person has shown, by a link in a mail, that they read it."""

    template_name = "accounts/email.html"
    form_class = EmailForm
    success_url = reverse_lazy("account")

    def get_initial(self) -> dict[str, Any]:
        return {"email": self.request.user.email}  # type: ignore[union-attr]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(sends_mail=settings.SENDS_MAIL, **kwargs)

    def form_valid(self, form: EmailForm) -> HttpResponse:
        email = form.cleaned_data["email"]
        if not email:
            keep_email(form.user, "")
            messages.success(self.request, "No e-mail address is kept of you any more.")
        elif email == form.user.email:
            messages.success(self.request, f"{email} is your address already.")
        else:
            ask_to_confirm(self.request, form.user, email)
            messages.success(
                self.request,
                f"{SENT} {email}. Your address changes when you open it; that is "
                "possible for a day.",
            )
        return super().form_valid(form)


def ask_to_confirm(request: HttpRequest, person: Any, email: str) -> None:
    """Send the link; to one address so often (THROTTLE_RESET): it may be a stranger's.

    Nothing is looked up: the answer is the same whether anybody has the address.
    """
    if not Limit("reset", f"confirm:{digest(email.casefold())}").count():
        return
    signed = signing.dumps([person.pk, person.email, email], salt=SALT)
    link = request.build_absolute_uri(reverse("confirm-email", args=[signed]))
    name = person.get_username()
    subject = f"{settings.SITE_NAME}: is this the address of {name}?"
    context = {"username": name, "site": settings.SITE_NAME, "link": link}
    send_later(lambda: [letter(email, subject, "confirm", **context)])


def keep_email(person: Any, email: str) -> None:
    """Put an address in place of the old one, to which that is written."""
    old, person.email = person.email, email
    person.save(update_fields=["email"])
    if old and settings.SENDS_MAIL:
        name = person.get_username()
        subject = f"{settings.SITE_NAME}: the address of {name} was changed"
        context = {"username": name, "site": settings.SITE_NAME, "email": email}
        send_later(lambda: [letter(old, subject, "changed", **context)])


@method_decorator(never_cache, name="dispatch")
class ConfirmEmailView(LoginRequiredMixin, View):
    """Where the link leads: it is the person's who asked, works once, and for a day."""

    def get(self, request: HttpRequest, signed: str) -> HttpResponse:
        email = self.confirmed(request, signed)
        return render(
            request, "accounts/confirm_email.html", {"email": email}, status=200 if email else 400
        )

    def post(self, request: HttpRequest, signed: str) -> HttpResponse:
        email = self.confirmed(request, signed)
        if not email:
            return self.get(request, signed)
        keep_email(request.user, email)
        messages.success(request, f"Your address is {email} now.")
        return redirect("account")

    def confirmed(self, request: HttpRequest, signed: str) -> str:
        """Return the address that a link is for; "" where it is none of this person's."""
        try:
            pk, old, email = signing.loads(signed, salt=SALT, max_age=EMAIL_LINK_SECONDS)
        except signing.BadSignature:
            return ""
        mine = [pk, old] == [request.user.pk, request.user.email]  # type: ignore[union-attr]
        return str(email) if mine else ""
