"""How far loads are, as the API tells it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Window
from django.db.models.functions import RowNumber
from rest_framework.request import Request

from retrieval.loads.models import Load, Stage

FAILURES = 20  # that are told of one archive
ARCHIVES = (Stage.UNPACKING, Stage.UNPACKED)


@dataclass
class FilesOf:
    """How many files of an archive are how far."""

    waiting: int = 0
    stored: int = 0
    failed: int = 0
    cancelled: int = 0
    failures: list[dict[str, str]] = field(default_factory=list)
    """The first that failed, and why."""

    @property
    def all(self) -> int:
        return self.waiting + self.stored + self.failed + self.cancelled


def files_of(loads: Iterable[Load]) -> dict[int, FilesOf]:
    """Return the files of those loads that are archives: one statement, two where some failed.

    They are counted in the database: an archive has thousands, and is asked after all the time.
    """
    found: dict[int, FilesOf] = defaultdict(FilesOf)
    archives = [load.pk for load in loads if load.stage in ARCHIVES]
    if not archives:
        return found
    files = Load.objects.filter(archive__in=archives).order_by()
    counted = files.values("archive_id", "stage").annotate(count=Count("pk"))
    for archive, stage, count in counted.values_list("archive_id", "stage", "count"):
        kind = stage if stage in (Stage.STORED, Stage.FAILED, Stage.CANCELLED) else "waiting"
        setattr(found[archive], kind, getattr(found[archive], kind) + count)
    if any(each.failed for each in found.values()):
        place = Window(RowNumber(), partition_by="archive_id", order_by="pk")
        failed = files.filter(stage=Stage.FAILED).annotate(place=place).order_by("pk")
        first = failed.filter(place__lte=FAILURES).values_list("archive_id", "name", "problem")
        for archive, name, problem in first:
            found[archive].failures.append({"name": name, "problem": problem})
    return found


def statuses(request: Request, loads: Sequence[Load]) -> list[dict[str, Any]]:
    """Return what is told of each load."""
    mount = request.mount  # type: ignore[attr-defined]
    files = files_of(loads)
    return [told(load, f"{mount.url('api:loads')}/{load.uuid}", files[load.pk]) for load in loads]


def told(load: Load, url: str, files: FilesOf) -> dict[str, Any]:
    body: dict[str, Any] = {
        "id": str(load.uuid),
        "status_url": url,
        "name": load.name,
        "stage": load.stage,
    }
    if load.stage in ARCHIVES:
        body["files"] = {name: value for name, value in vars(files).items() if name != "failures"}
        body |= {"failures": files.failures} if files.failures else {}
    else:
        body["document_id"] = load.key
    if load.passages:
        body |= {"passages": load.passages, "embedded": load.embedded}
    said = {"problem": load.problem, "notes": load.notes, "ended_at": load.ended_at}
    body |= {name: value for name, value in said.items() if value}
    return {**body, "created_at": load.created_at}
