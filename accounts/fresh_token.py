"""A new token's secret, on its way from the form that made it to the page that shows it.

The browser carries it, in a cookie that no script reads, for a minute at most and to that page
alone: the site stores it nowhere, and to load the page again makes no second token.
"""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import salted_hmac

from api.once import FIELD, fingerprint
from oauth_demo.models import Token, digest

COOKIE = "fresh-token"
SECONDS = 60


def secret_for(form: Form, user: Any) -> str | None:
    """Return the secret of a form's token: of the same form, sent twice, the same one.

    The second answer is the one that is seen. None for a form without a mark: any will do.
    """
    if not (mark := form.data.get(FIELD)):
        return None
    known = fingerprint(mark, [user.pk, *form.cleaned_data.items()])
    return salted_hmac(COOKIE, known, algorithm="sha256").hexdigest()


def hand_over(response: HttpResponse, secret: str) -> None:
    response.set_cookie(
        COOKIE,
        secret,
        max_age=SECONDS,
        path=reverse("tokens"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )


def handed_over(request: HttpRequest, tokens: Iterable[Token]) -> tuple[Token | None, str]:
    """Return which of a person's tokens is new, and its secret.

    A secret of none of them is not shown: another site below the same domain may have set it.
    """
    secret = request.COOKIES.get(COOKIE, "")
    if not secret:
        return None, ""
    known = digest(secret)
    token = next((t for t in tokens if t.digest == known and t.revoked_at is None), None)
    return token, secret if token else ""


def forget(response: HttpResponse) -> None:
    response.delete_cookie(COOKIE, path=reverse("tokens"), samesite="Strict")
