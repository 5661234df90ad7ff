"""The account area: sign up, sign in, password, and a person's own tokens."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth import views as auth_views
from django.contrib.auth.forms import UserCreationForm
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import QuerySet
from django.forms import BaseModelForm
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import CreateView, FormView

from config.manifest import Plugin
from oauth_demo.forms import TokenForm
from oauth_demo.models import Token


class SignInView(auth_views.LoginView):
    template_name = "accounts/login.html"
    redirect_authenticated_user = True


@method_decorator([sensitive_post_parameters(), never_cache], name="dispatch")
class SignUpView(auth_views.RedirectURLMixin, CreateView[Any, Any]):
    """Makes an account, signs its owner in, and goes on to where they wanted to be."""

    template_name = "accounts/signup.html"
    form_class = UserCreationForm
    next_page = "tokens"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return redirect(self.get_success_url())
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: BaseModelForm[Any]) -> HttpResponse:
        user = form.save()
        login(self.request, user)
        messages.success(self.request, f"Welcome, {user.get_username()}.")
        return redirect(self.get_success_url())


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
    plugins: Sequence[Plugin] = ()

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "plugins": self.plugins}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(tokens=own_tokens(self.request), **kwargs)

    def form_valid(self, form: TokenForm) -> HttpResponse:
        token, secret = Token.objects.issue(user=self.request.user, **form.cleaned_data)
        # Answered at once instead of after a redirect: the secret is stored nowhere to wait in.
        shown = {
            "form": TokenForm(plugins=self.plugins),
            "new_token": token,
            "secret": secret,
            "plugin": next(plugin for plugin in self.plugins if plugin.slug == token.plugin),
        }
        return self.render_to_response(self.get_context_data(**shown))


class RevokeTokenView(LoginRequiredMixin, View):
    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        token = get_object_or_404(own_tokens(request), pk=pk)
        token.revoke()
        messages.success(request, f"The token “{token.name}” was revoked. It opens nothing now.")
        return redirect("tokens")


def own_tokens(request: HttpRequest) -> QuerySet[Token]:
    return Token.objects.filter(user=request.user.pk)
