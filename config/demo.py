"""The demo's person, whom a click signs in on the machine where the site is developed."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import get_user_model, login
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.crypto import salted_hmac
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from api.hosts import comes_from_this_machine
from oauth_demo.redirects import client_of, opened_by_client

PERSON = "ann"


def demo_secret(name: str) -> str:
    """Return a secret that this checkout alone has, the same at each call.

    It comes from the development SECRET_KEY, so that it need not be stored to be shown again,
    and nobody else can guess it when the site is shown through a tunnel.
    """
    return salted_hmac("demo", name, algorithm="sha256").hexdigest()[:24]


def demo_person(request: HttpRequest) -> Any:
    """Return the person whom a click may sign in; None where it may not.

    In development alone, and for nobody who comes through a tunnel.
    """
    if not (settings.DEBUG and comes_from_this_machine(request)):
        return None
    return get_user_model().objects.filter(username=PERSON, is_active=True).first()


@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign the demo's person in; whoever has the name, and a password of their own, types it."""
    person = demo_person(request)
    if person is None:
        raise Http404
    wanted = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    wanted = wanted if ours else resolve_url("console")
    if not person.check_password(demo_secret(f"password of {PERSON}")):
        messages.error(
            request,
            f"{PERSON} has another password than the demo’s by now. Type it here, or sign up.",
        )
        return redirect_to_login(wanted)
    login(request, person, backend="django.contrib.auth.backends.ModelBackend")
    client = client_of(wanted)
    return opened_by_client(redirect(wanted), client) if client else redirect(wanted)
