"""The account area: sign up, sign in, password, a person's own tokens and connected apps."""

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
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import CreateView, FormView, TemplateView
from oauth2_provider.scopes import get_scopes_backend

from accounts.forms import SignUpForm, TokenForm
from oauth_demo.authorize import client_of, opened_by_client
from oauth_demo.client_metadata import registered_itself
from oauth_demo.models import Consent, Token
from plugins.registry import find_plugin


class OnTheWayMixin(auth_views.RedirectURLMixin):
    """A page that a person may pass on the way to agreeing to what a client asks for."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        client = client_of(self.get_redirect_url())
        return opened_by_client(response, client) if client else response


class SignInView(OnTheWayMixin, auth_views.LoginView):
    template_name = "accounts/login.html"
    redirect_authenticated_user = True

    def get_redirect_url(self) -> str:  # type: ignore[override]  # the stubs are ahead of it
        """Return where the person wanted to be, unless that is here: Django takes it for a loop."""
        url = super().get_redirect_url()
        return "" if url.partition("?")[0] == self.request.path else url


@method_decorator([sensitive_post_parameters(), never_cache], name="dispatch")
class SignUpView(OnTheWayMixin, CreateView[Any, Any]):
    """Makes an account, signs its owner in, and goes on to where they wanted to be."""

    template_name = "accounts/signup.html"
    form_class = SignUpForm
    next_page = "tokens"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # Django's sign-in does the same; it also minds the headers that the flow needs.
        if request.user.is_authenticated:
            return HttpResponseRedirect(self.get_success_url())
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: BaseModelForm[Any]) -> HttpResponse:
        try:
            with transaction.atomic():
                user = form.save()
        except IntegrityError:  # somebody else took the name since the form was checked
            form.add_error("username", "A user with that username already exists.")
            return self.form_invalid(form)
        login(self.request, user, backend="django.contrib.auth.backends.ModelBackend")
        messages.success(self.request, f"Welcome, {user.get_username()}.")
        return HttpResponseRedirect(self.get_success_url())


class PasswordChangeView(auth_views.PasswordChangeView):
    template_name = "accounts/password.html"
    success_url = reverse_lazy("tokens")

    def form_valid(self, form: Any) -> HttpResponse:
        messages.success(self.request, "Your password was changed.")
        return super().form_valid(form)


@method_decorator(never_cache, name="dispatch")
class TokensView(LoginRequiredMixin, FormView[TokenForm]):
    """Lists a person's tokens and makes new ones, each shown in full once."""

    template_name = "accounts/tokens.html"
    form_class = TokenForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(tokens=own_tokens(self.request), **kwargs)

    def form_valid(self, form: TokenForm) -> HttpResponse:
        token, secret = Token.objects.issue(user=self.request.user, **form.cleaned_data)
        # Answered at once instead of after a redirect: the secret is stored nowhere to wait in.
        plugin = find_plugin(token.plugin)
        assert plugin is not None  # the form offers no other
        context = self.get_context_data(
            form=TokenForm(),
            new_token=token,
            secret=secret,
            plugin=plugin,
            header=plugin.auth.header(secret),
        )
        return self.render_to_response(context)


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
                "words": [words.get(name, name) for name in sorted(consent.scopes)],
                "unverified": registered_itself(consent.application),
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
