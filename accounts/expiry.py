"""What of people's visits expires."""

from collections.abc import Iterator

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from api.expiry import Expiring, expiring_rows


def expiring() -> Iterator[Expiring]:
    now = timezone.now()
    yield expiring_rows("sessions", Session.objects.filter(expire_date__lt=now))
    forgotten = now - settings.AXES_COOLOFF_TIME
    yield expiring_rows("failed sign-ins", AccessAttempt.objects.filter(attempt_time__lt=forgotten))
