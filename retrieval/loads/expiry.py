"""What is forgotten of loads: those that ended days ago, or never arrived."""

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from api.expiry import Expiring, expiring_rows
from retrieval.loads import kept
from retrieval.loads.models import ENDED, Load, Stage

if TYPE_CHECKING:
    from django.db.models import QuerySet

ARRIVES_WITHIN = timedelta(hours=1)
DAY = timedelta(days=1)


def expiring() -> Iterator[Expiring]:
    now = timezone.now()
    kept_until = now - timedelta(days=settings.LOADS_KEPT_DAYS)
    if unarrived().exists():
        yield Expiring("files that never arrived whole", forget_unarrived)
    if kept.left().exists():
        yield Expiring("files whose load has ended", kept.drop_left)
    # A file's row points to its archive's: an archive goes when its files have gone.
    old = Load.objects.filter(stage__in=ENDED, ended_at__lt=kept_until)
    if old.exists():
        yield expiring_rows("loads of files", old.filter(files=None))
    # A worker that was killed leaves its task as running; its load has gone on since.
    ended = Q(finished_at__lt=now - DAY) | Q(started_at__lt=now - DAY, finished_at=None)
    turns = DBTaskResult.objects.filter(ended)
    if turns.exists():
        yield expiring_rows("turns at loads", turns)


def unarrived() -> "QuerySet[Load]":
    since = timezone.now() - ARRIVES_WITHIN
    return Load.objects.filter(stage=Stage.ARRIVING, created_at__lt=since)


def forget_unarrived() -> int:
    lost = unarrived()
    for load in lost:
        kept.drop_all(load)
    return lost.delete()[0]
