"""How many people, tokens and clients there are, and where the admin lists them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import timezone
from oauth2_provider.models import Application, RefreshToken

from oauth_demo.models import Consent, Token

if TYPE_CHECKING:
    from django.db.models import QuerySet

LATELY = timedelta(days=30)


@dataclass(frozen=True)
class Total:
    words: str
    rows: "QuerySet[Any]"
    query: dict[str, Any] = field(default_factory=dict)
    """What chooses them in the list of the admin."""

    @property
    def number(self) -> int:
        return self.rows.count()

    @property
    def url(self) -> str:
        meta = self.rows.model._meta
        path = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
        return f"{path}?{urlencode(self.query)}" if self.query else path


def totals() -> Iterator[Total]:
    people, tokens = get_user_model().objects, Token.objects.live()
    since = timezone.now() - LATELY
    yield Total("people", people.all())
    yield Total(
        "people who signed in within 30 days",
        people.filter(last_login__gte=since),
        {"last_login__gte": since.isoformat()},
    )
    live = {"state": "live"}
    personal, service = tokens.exclude(user=None), tokens.filter(user=None)
    yield Total("live personal tokens", personal, live | {"user__isempty": 0})
    yield Total("live service tokens", service, live | {"user__isempty": 1})
    yield Total("consents to clients", Consent.objects.all())
    unspent = RefreshToken.objects.filter(revoked=None)
    yield Total("live refresh tokens", unspent, {"revoked__isnull": True})
    source = Application.RegistrationSource
    for each, words in (
        (source.MANUAL, "clients made by hand"),
        (source.DCR, "clients that registered themselves"),
        (source.CIMD, "clients known by a document"),
    ):
        yield Total(
            words,
            Application.objects.filter(registration_source=each),
            {"registration_source__exact": each.value},
        )
