"""The account area: sign up, sign in, a person's own tokens and connected apps."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth import views as auth_views
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.forms import BaseModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import CreateView, FormView, TemplateView
from oauth2_provider.scopes import get_scopes_backend

from accounts import fresh_token
from accounts.busy import KeepsFormMixin
from accounts.forms import SignUpForm, TokenForm
from accounts.profile import SENT, ask_to_confirm
from api.once import sent_again
from oauth_demo.asking import asking_at
from oauth_demo.authorize import client_of, opened_by_client
from oauth_demo.client_metadata import registered_itself
from oauth_demo.lending import is_the_page
from oauth_demo.models import Consent, Token
from plugins.registry import find_plugin
from plugins.samples import written

WITHOUT_SCOPES = "All that the plugin does, with what is yours"
"""What a client may do in a plugin whose scheme has no scopes to tell apart."""


class OnTheWayMixin(auth_views.RedirectURLMixin):
    """A page that a person may pass on the way to agreeing to what a client asks for.

    It says who asks for what, and leads back there.
    """

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        client = client_of(self.get_redirect_url())
        return opened_by_client(response, client) if client else response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asking = asking_at(self.get_redirect_url())
        context: dict[str, Any] = super().get_context_data(asking=asking, **kwargs)  # type: ignore[misc]
        return context


class SignOutView(OnTheWayMixin, auth_views.LogoutView):
    """Signs out; within a flow, to go on with it as somebody else."""


class SignInView(KeepsFormMixin, OnTheWayMixin, auth_views.LoginView):
    template_name = "accounts/login.html"
    redirect_authenticated_user = True

    def get_redirect_url(self) -> str:  # type: ignore[override]  # the stubs are ahead of it
        """Return where the person wanted to be, unless that is here: Django takes it for a loop."""
        url = super().get_redirect_url()
        return "" if url.partition("?")[0] == self.request.path else url


@method_decorator([sensitive_post_parameters(), never_cache], name="dispatch")
class SignUpView(KeepsFormMixin, OnTheWayMixin, CreateView[Any, Any]):
    """Makes an account, signs its owner in, and goes on to where they wanted to be."""

    template_name = "accounts/signup.html"
    form_class = SignUpForm
    next_page = "tokens"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # Django's sign-in does the same; it also minds the headers that the flow needs.
        if request.user.is_authenticated:
            return HttpResponseRedirect(self.get_success_url())
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.is_again = sent_again(request)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: BaseModelForm[Any]) -> HttpResponse:
        try:
            with transaction.atomic():
                user = form.save()
        except IntegrityError:  # somebody else took the name since the form was checked
            form.add_error("username", "A user with that username already exists.")
            return self.form_invalid(form)
        if email := form.cleaned_data.get("email"):
            ask_to_confirm(self.request, user, email)
        return self.signed_in(form, user)

    def form_invalid(self, form: BaseModelForm[Any]) -> HttpResponse:
        assert isinstance(form, SignUpForm)
        user = form.made_before() if self.is_again else None
        return self.signed_in(form, user) if user else super().form_invalid(form)

    def signed_in(self, form: BaseModelForm[Any], user: Any) -> HttpResponse:
        login(self.request, user, backend="django.contrib.auth.backends.ModelBackend")
        said = f"Welcome, {user.get_username()}."
        if email := form.cleaned_data.get("email"):
            said += f" {SENT} {email}. It is your address once you open it; you have a day."
        messages.success(self.request, said)
        return HttpResponseRedirect(self.get_success_url())


@method_decorator(never_cache, name="dispatch")
class TokensView(LoginRequiredMixin, FormView[TokenForm]):
    """Lists a person's tokens and makes new ones, each shown in full once."""

    template_name = "accounts/tokens.html"
    form_class = TokenForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.request.user}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        tokens = own_tokens(self.request)
        new_token, secret = fresh_token.handed_over(self.request, tokens)
        kwargs |= {"tokens": tokens, "new_token": new_token, "secret": secret}
        if new_token and (plugin := find_plugin(new_token.plugin)):
            kwargs["samples"] = written(
                plugin.api.samples,
                url=f"{self.request.build_absolute_uri(reverse('landing'))}{plugin.slug}/",
                username=self.request.user.get_username(),
                header=plugin.auth.header(secret),
            )
        return super().get_context_data(**kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().get(request, *args, **kwargs)
        if fresh_token.COOKIE in request.COOKIES:
            fresh_token.forget(response)
        return response

    def form_valid(self, form: TokenForm) -> HttpResponse:
        made = form.issue()
        if made is None:
            return self.form_invalid(form)
        response = redirect("tokens")
        fresh_token.hand_over(response, made[1])
        return response


class RevokeTokenView(LoginRequiredMixin, View):
    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        token = get_object_or_404(own_tokens(request), pk=pk)
        token.revoke()
        messages.success(request, f"The token “{token.name}” was revoked. It opens nothing now.")
        return redirect("tokens")


@method_decorator(never_cache, name="dispatch")
class ConnectedAppsView(LoginRequiredMixin, TemplateView):
    """Lists the clients that a person gave access to."""

    template_name = "accounts/apps.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        consents = own_consents(self.request).select_related("application")
        words = get_scopes_backend().get_all_scopes()
        apps = [
            {
                "consent": consent,
                "words": [words.get(name, name) for name in sorted(consent.scopes)]
                or [WITHOUT_SCOPES],
                "unverified": registered_itself(consent.application),
                "lent": is_the_page(consent.application),
            }
            for consent in consents
        ]
        return super().get_context_data(apps=apps, **kwargs)


class DisconnectView(LoginRequiredMixin, View):
    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        consent = get_object_or_404(own_consents(request), pk=pk)
        consent.end()
        messages.success(request, f"{consent.application} was disconnected. It has no access now.")
        return redirect("apps")


def own_consents(request: HttpRequest) -> QuerySet[Consent]:
    return Consent.objects.filter(user=request.user.pk)


def own_tokens(request: HttpRequest) -> QuerySet[Token]:
    return Token.objects.filter(user=request.user.pk)
