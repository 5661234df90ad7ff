"""The authorization endpoint, which people see: RFC 6749 section 3.1."""

from typing import Any
from urllib.parse import urlencode, urlsplit

from django import forms
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from oauth2_provider.exceptions import FatalClientError, OAuthToolkitError
from oauth2_provider.forms import AllowForm
from oauth2_provider.models import Application
from oauth2_provider.scopes import get_scopes_backend
from oauth2_provider.views import AuthorizationView
from oauthlib.oauth2.rfc6749 import errors

from api.mounts import MountedRequest
from oauth_demo.asking import Asking
from oauth_demo.client_metadata import registered_itself
from oauth_demo.errors import describe
from oauth_demo.models import Consent
from oauth_demo.redirects import client_of, destination, opened_by_client, with_issuer
from oauth_demo.server import EndpointMixin, require_own_resource

__all__ = ["AuthorizeView", "client_of", "opened_by_client"]


class ConsentForm(AllowForm):  # type: ignore[misc]
    state = forms.CharField(required=False, strip=False, widget=forms.HiddenInput())


@method_decorator(never_cache, name="dispatch")
class AuthorizeView(EndpointMixin, AuthorizationView):  # type: ignore[misc]
    """Asks the person who is signed in whether a client may act for them.

    What was agreed once is not asked again, unless the client wants more; or it registered itself,
    so that anybody may have taken its name.
    """

    template_name = "oauth/consent.html"
    form_class = ConsentForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.GET = without_openid_connect(request.GET)  # type: ignore[assignment]
        return opened_by_client(super().dispatch(request, *args, **kwargs))

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # The library would let a client choose to be agreed to unasked; `has_consent` decides.
        query = request.GET.copy()
        query["approval_prompt"] = "force"
        request.GET = query  # type: ignore[assignment]
        response: HttpResponse = super().get(request, *args, **kwargs)
        return response

    def validate_authorization_request(self, request: MountedRequest) -> Any:
        try:
            scopes, credentials = super().validate_authorization_request(request)
        except ValueError as error:  # percent signs that encode nothing
            raise FatalClientError(
                error=errors.InvalidRequestFatalError("The address is not well-formed.")
            ) from error
        try:
            require_own_resource(request, request.GET.getlist("resource"))
        except errors.OAuth2Error as error:
            error.state = credentials["state"]
            raise OAuthToolkitError(
                error=error, redirect_uri=credentials["redirect_uri"]
            ) from error
        return scopes, credentials

    def handle_no_permission(self) -> HttpResponse:
        """Let the person sign in; but not for a request that leads nowhere.

        Errors that go back to the client wait until then: an automatic redirect would lend
        this site's name to whoever registers a client (RFC 9700 section 4.11.2).
        """
        try:
            self.validate_authorization_request(self.request)
        except FatalClientError as error:
            return self.error_page(error.oauthlib_error)
        except OAuthToolkitError:
            pass
        response: HttpResponse = super().handle_no_permission()
        return response

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        if "error" in context:
            context["server"] = self.server
            status = kwargs.get("status", 400)
            return render(self.request, "oauth/error.html", context, status=status)
        application = context["application"]
        if self.has_consent(application, context["redirect_uri"], set(context["scopes"])):
            form = self.form_class({**self.get_initial(), "allow": True})
            if form.is_valid():
                return self.form_valid(form)
        asking = Asking(application, self.server, context["redirect_uri"], tuple(context["scopes"]))
        agreed = {scope for each in self.consents(application) for scope in each.scopes}
        context |= {
            "server": self.server,
            "asking": asking,
            "grants": [(self.server.scopes[scope], scope in agreed) for scope in asking.scopes],
            "held": self.held(application),
        }
        return opened_by_client(super().render_to_response(context, **kwargs), application)

    def has_consent(self, application: Application, redirect_uri: str, scopes: set[str]) -> bool:
        """Tell whether the person need not be asked.

        A public client on the person's own machine cannot prove to be the one that they
        agreed to, so it is asked for each time (RFC 8252 section 8.6). Neither can one that made
        itself known: its metadata may be another by now.
        """
        if registered_itself(application):
            return False
        public = application.client_type == Application.CLIENT_PUBLIC
        if public and urlsplit(redirect_uri).scheme != "https":
            return False
        if "consent" in self.request.GET.get("prompt", "").split():
            return False
        consent = self.consents(application).first()
        return consent is not None and scopes <= consent.scopes

    def held(self, application: Application) -> list[tuple[str, list[str]]]:
        """Return what the person let the client do in other plugins, in words by the plugin."""
        words = get_scopes_backend().get_all_scopes()
        consents = Consent.objects.filter(user=self.request.user, application=application)
        return [
            (each.plugin, [words.get(scope, scope) for scope in sorted(each.scopes)])
            for each in consents.exclude(plugin=self.server.plugin).order_by("plugin")
        ]

    def consents(self, application: Application) -> Any:
        return Consent.objects.filter(
            user=self.request.user, application=application, plugin=self.server.plugin
        )

    def form_valid(self, form: forms.Form) -> HttpResponse:
        try:
            response: HttpResponse = super().form_valid(form)
        except (Application.DoesNotExist, IntegrityError):  # it ended just now, or meanwhile
            return self.error_page(errors.InvalidClientIdError())
        return response

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        return self.error_page(errors.InvalidRequestFatalError("Parts of the form are missing."))

    def error_response(self, error: Any, application: Any, **kwargs: Any) -> HttpResponse:
        """Send the error back to the client; but show it to the person where nobody vouches for it.

        Whoever registered would else have this site redirect unasked (RFC 9700 section 4.11.2).
        """
        describe(error.oauthlib_error)
        response: HttpResponse = super().error_response(error, application, **kwargs)
        client = client_of(self.request.get_full_path())
        if "Location" not in response or self.request.method == "POST" or client is None:
            return response
        if not registered_itself(client):
            return response
        context = {
            "error": error.oauthlib_error,
            "server": self.server,
            "back": response["Location"],
            "destination": destination(response["Location"]),
        }
        return render(self.request, "oauth/error.html", context, status=400)

    def error_page(self, error: errors.FatalClientError) -> HttpResponse:
        """Tell the person what is wrong; the client cannot be told."""
        page: HttpResponse = self.error_response(FatalClientError(error=error), application=None)
        return page

    def create_authorization_response(
        self, request: HttpRequest, scopes: str, credentials: dict[str, Any], allow: bool
    ) -> Any:
        """Check once more what the form's hidden fields say, then redirect to the client.

        They come back from a browser, and a refusal too is sent where they say.
        """
        sent = {
            name: credentials.get(name) or ""
            for name in (
                *("client_id", "redirect_uri", "response_type", "state"),
                *("code_challenge", "code_challenge_method"),
            )
        }
        query = urlencode({name: value for name, value in sent.items() if value})
        core = self.get_oauthlib_core()
        try:
            granted, checked = core.server.validate_authorization_request(
                f"{request.path}?{query}&{urlencode({'scope': scopes})}",
                headers=core.extract_headers(request),
            )
        except errors.FatalClientError as error:
            raise FatalClientError(error=error) from error
        except errors.OAuth2Error as error:
            raise OAuthToolkitError(error=error) from error
        credentials["resource"] = [self.server.audience]
        credentials.pop("nonce", None)  # OpenID Connect's, like `claims`: not served here
        credentials.pop("claims", None)
        response = super().create_authorization_response(
            request, " ".join(granted), credentials, allow
        )
        consent, _ = self.consents(checked["request"].client).get_or_create(
            defaults={
                "user": request.user,
                "application": checked["request"].client,
                "plugin": self.server.plugin,
            }
        )
        consent.widen(granted)
        return response

    def redirect(self, redirect_to: str, application: Application | None) -> HttpResponse:
        """Name the issuer, on success and on error (RFC 9207 section 2)."""
        url = with_issuer(redirect_to, self.request.mount.root)
        response: HttpResponse = super().redirect(url, application)
        return response


def without_openid_connect(query: QueryDict) -> QueryDict:
    """Drop what only OpenID Connect knows, which the library would act on.

    `prompt=none` above all: it answers the client before anybody signed in, and so would lend
    this site's name to an open redirect (RFC 9700 section 4.11.2).
    """
    served = query.copy()
    for name in ("nonce", "claims", "max_age"):
        served.pop(name, None)
    prompts = set(" ".join(served.pop("prompt", [])).split())
    if known := prompts & {"consent", "create"}:
        served["prompt"] = " ".join(sorted(known))
    return served
