"""Who works at a load: one at a time, for as long as they give signs of life."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.db import DatabaseError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from retrieval.loads.models import OPEN, Load

if TYPE_CHECKING:
    from django.db.models import QuerySet

LEASE = timedelta(seconds=30)
BEAT = 5  # seconds between two signs of life
AGAIN = timedelta(seconds=5)  # until the second try; each further one waits twice as long
LATEST = timedelta(minutes=2)
MOST_TRIES = 6


class LeaseLostError(Exception):
    """Somebody cancelled the load, or took it up: what was done of this step is dropped."""


def free(at: datetime | None = None) -> Q:
    """Return what tells whether there is work on a load, and nobody is at it."""
    ran_out = Q(leased_until=None) | Q(leased_until__lt=at or timezone.now())
    return Q(stage__in=OPEN) & ran_out


class Lease:
    """The right to work at a load. Whatever is written of the load is written by it."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self.id = uuid4()

    def held(self) -> "QuerySet[Load]":
        return Load.objects.filter(pk=self.load.pk, lease=self.id)

    def update(self, **fields: Any) -> None:
        """Write down a step that was done; raises LeaseLostError. Inside a transaction with it."""
        if not self.held().update(**{"tries": 0, "problem": "", **fields}):
            raise LeaseLostError
        vars(self.load).update(fields)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Write what belongs to the load, as who holds it; raises LeaseLostError."""
        with transaction.atomic():
            if not self.held().update(leased_until=timezone.now() + LEASE):
                raise LeaseLostError
            yield

    def put_off(self, problem: str, *, passes: bool = False) -> None:
        """Let somebody try again later; what will pass, for as long as it takes."""
        tries = min(self.load.tries, MOST_TRIES - passes)
        wait = min(AGAIN * 2 ** (tries - 1), LATEST)
        again = timezone.now() + wait
        self.held().update(lease=None, leased_until=again, problem=problem, tries=tries)


@contextmanager
def leased(load: Load) -> Iterator[Lease | None]:
    """Hold a load, with signs of life, as long as its holder lives; None where another has it."""
    lease = Lease(load)
    now = timezone.now()
    taken = Load.objects.filter(free(now), pk=load.pk).update(
        lease=lease.id, leased_until=now + LEASE, turn_at=now, tries=F("tries") + 1
    )
    if not taken:
        yield None
        return
    try:
        load.refresh_from_db()
    except Load.DoesNotExist:  # it was erased since
        yield None
        return
    done = Event()
    alive = Thread(target=give_signs, args=(lease, done), name="lease", daemon=True)
    alive.start()
    try:
        yield lease
    finally:
        done.set()
        alive.join()
        lease.held().update(lease=None, leased_until=None)


def give_signs(lease: Lease, done: Event) -> None:
    try:
        while not done.wait(BEAT):
            try:
                lease.held().update(leased_until=timezone.now() + LEASE)
            except DatabaseError:  # the next one may come through
                connection.close()
    finally:
        connection.close()
