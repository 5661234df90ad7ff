"""What becomes of a file that is not saved while its sender waits."""

from dataclasses import dataclass
from typing import IO, TYPE_CHECKING
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count, Sum
from django.utils import timezone

from retrieval.datastore import Datastore, NewDocument
from retrieval.exceptions import NoSuchLoadError, RefusedError
from retrieval.loads import kept
from retrieval.loads.archives import is_archive
from retrieval.loads.models import OPEN, Load, Stage
from retrieval.loads.tasks import go_on, revive
from retrieval.metadata import UNKNOWN, Metadata
from retrieval.parsing import Parsed
from retrieval.sweeping import sweep_soon

if TYPE_CHECKING:
    from django.db.models import QuerySet


def loads(datastore: Datastore) -> "QuerySet[Load]":
    """Return the loads of who sees a datastore."""
    return Load.objects.filter(store=datastore.store, username=datastore.username)


@dataclass(frozen=True, kw_only=True)
class Received:
    """A file that came, and what its sender said of it."""

    file: IO[bytes]
    name: str
    size: int
    key: str = ""
    """The id that its document is to have; made when empty."""
    metadata: Metadata = UNKNOWN
    encoding: str = ""
    read: Parsed | None = None
    """Its text, where that was read already."""

    def document(self, text: str) -> NewDocument:
        """Return what it becomes."""
        said = Metadata.of_file(self.name) if self.name else UNKNOWN
        given = {"id": self.key} if self.key else {}
        return NewDocument(text=text, metadata=said.overridden(self.metadata), **given)


def begin(datastore: Datastore, received: Received) -> Load:
    """Keep a file, to be read and saved behind; raises RefusedError where too many wait.

    It takes the place of an earlier one for the same document, which ends.
    """
    require_room(datastore, received.size)
    if received.key:
        earlier = loads(datastore).filter(key=received.key, stage__in=[Stage.ARRIVING, *OPEN])
        for load in earlier:
            cancel(load, why="Another file for the same document came.")
    load = Load.objects.create(
        store=datastore.store,
        username=datastore.username,
        name=Metadata.of_file(received.name).source_id,
        key=received.key or uuid4().hex,
        metadata=received.metadata.as_text(),
        encoding=received.encoding,
        size=received.size,
    )
    try:
        if received.read:
            kept.keep_text(load, received.read.text)
            load.stage, load.notes = Stage.EMBEDDING, list(received.read.notes)
        else:
            archive = is_archive(received.file, received.name)
            kept.keep_file(load, received.file)
            load.stage = Stage.UNPACKING if archive else Stage.PARSING
    except IntegrityError:  # it was cancelled and hidden while it arrived
        load.stage = Stage.CANCELLED
        return load
    # It may have been cancelled while it arrived.
    arrived = Load.objects.filter(pk=load.pk, stage=Stage.ARRIVING)
    if arrived.update(stage=load.stage, notes=load.notes):
        go_on()
    else:
        kept.drop_all(load)
        load.stage = Stage.CANCELLED  # and why, unless it was hidden since
        load = Load.objects.filter(pk=load.pk).first() or load
    return load


def require_room(datastore: Datastore, size: int) -> None:
    waiting = loads(datastore).filter(stage__in=[Stage.ARRIVING, *OPEN])
    sums = waiting.aggregate(count=Count("pk"), size=Sum("size", default=0))
    most, most_bytes = settings.RETRIEVAL_LOADS, settings.RETRIEVAL_LOADS_BYTES
    if sums["count"] >= most or sums["size"] + size > most_bytes:
        raise RefusedError(
            f"As many files as can wait are waiting to be loaded: {most:,}, or "
            f"{most_bytes // 1024**2:,} MiB. Wait until some are in, or cancel some. Nothing was "
            "stored."
        )


def find(datastore: Datastore, uuid: UUID) -> Load:
    """Return a load; raises NoSuchLoadError. Who looks at one makes sure that it goes on."""
    load = loads(datastore).filter(uuid=uuid).first()
    if load is None:
        raise NoSuchLoadError(
            "There is no load of that id: what has ended is forgotten after some days."
        )
    if load.is_open or load.stage == Stage.UNPACKED:
        revive()
    return load


def cancel(load: Load, *, why: str = "") -> bool:
    """End a load, and those of its files; what is stored stays. Tell whether there was any."""
    there = Load.objects.filter(pk=load.pk) | Load.objects.filter(archive=load)
    wanted = there.filter(stage__in=[Stage.ARRIVING, *OPEN])
    cancelled = list(wanted.only("pk", "draft"))
    # By its stage again: one may have been stored meanwhile.
    ended = wanted.update(
        stage=Stage.CANCELLED,
        problem=why,
        ended_at=timezone.now(),
        lease=None,
        leased_until=None,
    )
    for each in cancelled:
        kept.drop_all(each)
    if cancelled:
        sweep_soon()  # a draft that was begun since they were listed
    return ended > 0


def forget(datastore: Datastore) -> None:
    """End and delete all loads of somebody whose documents are erased."""
    for load in loads(datastore).filter(archive=None).only("pk"):
        cancel(load)
    with transaction.atomic():
        last = loads(datastore).filter(archive=None)
        list(last.select_for_update().values_list("pk"))  # a file's next piece waits, and fails
        last.delete()
        sweep_soon()  # the draft of one that came after the others
