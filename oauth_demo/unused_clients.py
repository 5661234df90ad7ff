"""Clients that made themselves known, and that nobody is connected with: how they end.

Whoever calls leaves a row behind by registering, and by naming the URL of a metadata document. So
these rows expire, and no more than so many are kept. Clients made by hand always stay.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from oauth2_provider.models import Application, RefreshToken

from oauth_demo.models import Consent

BATCH = 100
"""How many end with one registration, which somebody waits for."""
FIRST_HOUR = timedelta(hours=1)
"""How long a newcomer is left alone: its person may be reading the consent page."""


def make_room() -> bool:
    """End clients that expired, and the oldest of too many; say whether one more may come."""
    end_expired_clients()
    excess = unused_clients().count() - settings.OAUTH_UNUSED_CLIENTS + 1
    if excess <= 0:
        return True
    settled = unused_clients().filter(updated__lt=timezone.now() - FIRST_HOUR)
    return end_clients(settled, min(excess, BATCH)) >= excess


def end_expired_clients() -> int:
    """End some of the clients that did nothing for so long; return how many."""
    return end_clients(unused_clients().filter(updated__lt=expiry()), BATCH)


def expiry() -> datetime:
    return timezone.now() - timedelta(days=settings.OAUTH_UNUSED_CLIENT_DAYS)


def unused_clients() -> QuerySet[Application]:
    """Return the clients that nobody is connected with, or was lately; the oldest first.

    `updated` is when one registered, or when its document was last read.
    """
    lately = Q(revoked=None) | Q(revoked__gte=expiry())
    used = RefreshToken.objects.filter(lately, application=OuterRef("pk"))
    agreed = Consent.objects.filter(application=OuterRef("pk"))
    unused: QuerySet[Application] = (
        Application.objects.exclude(registration_source=Application.RegistrationSource.MANUAL)
        .filter(~Exists(agreed), ~Exists(used))
        .order_by("updated")
    )
    return unused


@transaction.atomic
def end_clients(clients: QuerySet[Application], limit: int) -> int:
    """Delete the first of some unused clients; return how many.

    They are looked at once more while their rows are held: somebody may have agreed meanwhile, and
    would lose what they agreed to.
    """
    held = clients.select_for_update(of=("self",), skip_locked=True).values_list("pk", flat=True)
    ended = list(clients.filter(pk__in=list(held[:limit])).values_list("pk", flat=True))
    Application.objects.filter(pk__in=ended).delete()
    return len(ended)
