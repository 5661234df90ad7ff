"""When tokens made by hand were last used: noted in memory, and written about once a minute."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from api.notes import start_writing, writer
from oauth_demo.models import Token

EVERY = timedelta(minutes=1)
BATCH = 500  # values of one statement


class Uses:
    """The tokens that were used since it was last written down."""

    def __init__(self) -> None:
        self.noted: dict[int, None] = {}

    def add(self, token_id: int) -> None:
        if token_id not in self.noted:
            self.noted[token_id] = None
            start_writing()

    def write(self) -> None:
        """Say of each that it was used now, unless that is known of this minute."""
        noted, now = list(self.noted), timezone.now()
        stale = Q(last_used_at=None) | Q(last_used_at__lt=now - EVERY)
        for start in range(0, len(noted), BATCH):
            some = noted[start : start + BATCH]
            Token.objects.filter(stale, pk__in=some).update(last_used_at=now)
            for token_id in some:
                self.noted.pop(token_id, None)


uses = Uses()
writer.functions.append(uses.write)
