"""Files that are saved in the background, on the page for people."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from plugins.mounts import PluginRequest
from retrieval.datastore import Datastore
from retrieval.exceptions import NoSuchLoadError
from retrieval.loads.models import ENDED, OPEN, Load, Stage
from retrieval.loads.receiving import cancel, find, loads
from retrieval.loads.status import FilesOf, files_of
from retrieval.loads.tasks import revive

SHOWN = 20
DONE_FOR = timedelta(minutes=15)
"""How long what is stored is still shown here: its document is among the others."""
LONG = timedelta(minutes=1)


@dataclass(frozen=True)
class Shown:
    """A load as people see it."""

    load: Load
    files: FilesOf = field(default_factory=FilesOf)

    @property
    def is_open(self) -> bool:
        return self.load.is_open or self.files.waiting > 0

    @property
    def done(self) -> float | None:
        """How much of it is done, of 1; None where that cannot be told."""
        if self.load.stage == Stage.UNPACKED and self.files.all:
            return (self.files.all - self.files.waiting) / self.files.all
        if self.load.stage == Stage.EMBEDDING and self.load.passages:
            return self.load.embedded / self.load.passages
        return None

    @property
    def state(self) -> str:
        load, files = self.load, self.files
        match load.stage:
            case Stage.STORED:
                return f"Saved, in {counted(load.passages, 'passage')}."
            case Stage.FAILED:
                return f"Not saved. {load.problem}"
            case Stage.CANCELLED:
                return f"Cancelled. {load.problem}".rstrip()
            case Stage.UNPACKED:
                said = f"{files.stored:,} of {counted(files.all, 'file')} saved"
                return f"{said}, {files.failed:,} could not be." if files.failed else f"{said}."
            case _ if load.problem:
                return f"It is tried again in a moment. {load.problem}"
            case Stage.EMBEDDING if load.passages:
                return f"{load.embedded:,} of {counted(load.passages, 'passage')} made searchable."
            case Stage.EMBEDDING:
                return "Read. Cutting it into passages …"
        if load.turn_at:
            return "Unpacking …" if load.stage == Stage.UNPACKING else "Reading …"
        if timezone.now() - load.created_at > LONG:
            return "It waits for its turn. The site is busy, or its operator has to start a worker."
        return "It waits for its turn."


def counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def shown(store: Datastore) -> list[Shown]:
    """Return what is under way, what failed, and what was stored just now; the last come first."""
    just_now = Q(ended_at__gt=timezone.now() - DONE_FOR)
    wanted = Q(stage__in=[*OPEN, Stage.FAILED]) | just_now
    waits = Q(files__stage__in=OPEN)
    found = loads(store).filter(wanted | waits, archive=None).distinct().order_by("-pk")
    seen = list(found[:SHOWN])
    files = files_of(seen)
    rows = [Shown(load, files[load.pk]) for load in seen]
    if any(row.is_open for row in rows):
        revive()
    return rows


@require_POST
def end(request: PluginRequest, store: Datastore) -> HttpResponse:
    """Cancel a load; one that has ended is no longer shown, nor are those that a form names."""
    back = HttpResponseRedirect(f"{request.mount.url('pages:library')}#said")
    if seen := request.POST.getlist("seen"):
        count = hide(store, seen)
        messages.success(request, f"Hidden: {counted(count, 'file')}. What was saved stays.")
        return back
    try:
        load = find(store, UUID(request.POST.get("load", "")))
    except (ValueError, NoSuchLoadError):
        messages.error(request, "It is not there any more.")
    else:
        if cancel(load):
            messages.success(request, f"Cancelled: {load.name or 'a text'}")
        else:
            load.delete()
    return back


def hide(store: Datastore, seen: list[str]) -> int:
    """Forget loads that have ended, with those of their files; return how many were sent.

    Only those that somebody saw so: what failed since is not lost unread.
    """
    named = [uuid for each in seen[:SHOWN] if (uuid := uuid_of(each))]
    waiting = Load.objects.filter(stage__in=OPEN).exclude(archive=None).values("archive")
    ended = loads(store).filter(uuid__in=named, archive=None, stage__in=ENDED)
    ended = ended.exclude(pk__in=waiting)
    count = ended.count()
    ended.delete()
    return count


def uuid_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
