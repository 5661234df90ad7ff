"""The steps of a load, each of which is done and written down, or not at all."""

from collections.abc import Callable
from functools import lru_cache
from itertools import islice

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from retrieval import chunking
from retrieval.chunking import Passage, passages
from retrieval.datastore import Datastore, NewDocument, require_model
from retrieval.embeddings import embedder
from retrieval.exceptions import TooManyChunksError
from retrieval.loads import kept
from retrieval.loads.archives import unpack
from retrieval.loads.lease import Lease
from retrieval.loads.models import Load, Stage
from retrieval.loads.twins import told_of_twin
from retrieval.metadata import UNKNOWN, Metadata
from retrieval.models import Collection
from retrieval.parsing import Limits
from retrieval.parsing.sandbox import read_file
from retrieval.passages import ReadyPassage, add_to_draft, new_draft, ready
from retrieval.serializers import METADATA
from retrieval.sweeping import sweep_soon
from retrieval.terms import VERSION

SLICE = 64  # passages: a second or two
CHARACTERS = 20_000_000
NEWER = "A newer version of the document was saved meanwhile, and stays."


def parse(lease: Lease) -> None:
    """Read the text of the file, and cut it."""
    load = lease.load
    with kept.opened(load) as file:
        parsed = read_file(file, name=load.name, charset=load.encoding, limits=limits())
    kept.keep_text(load, parsed.text, lease.writing)
    lease.update(stage=Stage.EMBEDDING, notes=list(parsed.notes))
    kept.drop(load, "file")


def limits() -> Limits:
    return Limits(
        bytes=settings.RETRIEVAL_LOAD_MAX_BYTES,
        pages=settings.RETRIEVAL_LOAD_MAX_PAGES,
        characters=CHARACTERS,
        inflated_bytes=10 * settings.RETRIEVAL_LOAD_MAX_BYTES,
        seconds=settings.RETRIEVAL_LOAD_SECONDS,
        memory_bytes=2 * Limits.memory_bytes,
        ocr=settings.RETRIEVAL_OCR,
    )


def embed(lease: Lease) -> None:
    """Write some passages into a draft of the document; put it in when all are written."""
    load, by = lease.load, rule()
    if load.cut_by != by:  # it is new, or the site was set to another model meanwhile
        begin(lease, by)
    elif load.passages <= SLICE:
        store(lease, passages=ready(cut(load, by)))
    elif load.embedded < load.passages:
        some = list(islice(cut(load, by), load.embedded, load.embedded + SLICE))
        add(lease, some)
    else:
        store(lease)


def begin(lease: Lease, by: str) -> None:
    load = lease.load
    count = len(cut(load, by))
    datastore = Datastore(load.store, load.username)
    if known := datastore.collection():
        require_model(known)
        datastore.require_room(known, [document(load)], count)
    elif count > settings.RETRIEVAL_MAX_COLLECTION_CHUNKS:
        raise too_many(count)
    earlier = load.draft_id
    lease.update(cut_by=by, passages=count, embedded=0, draft_id=None)
    if earlier:
        sweep_soon()


def too_many(count: int) -> TooManyChunksError:
    return TooManyChunksError(
        f"That makes {count:,} passages, more than all documents together may have, "
        f"{settings.RETRIEVAL_MAX_COLLECTION_CHUNKS:,}. Split it."
    )


def add(lease: Lease, some: list[Passage]) -> None:
    load = lease.load
    start, made = load.embedded, ready(some)
    with transaction.atomic():
        draft = Collection(pk=load.draft_id) if start else new_draft()
        lease.update(embedded=start + len(made), draft_id=draft.pk)
        add_to_draft(draft, made, start=start)


def store(lease: Lease, passages: list[ReadyPassage] | None = None) -> None:
    """Put the document in, whole, and end the load with it; its passages may be in a draft.

    What was saved under its id since the file came is newer, and stays.
    """
    load = lease.load
    datastore = Datastore(load.store, load.username)
    new = document(load, text=kept.text_of(load))
    notes = [*load.notes, *told_of_twin(datastore, new)]
    now = timezone.now()
    with lease.writing():  # the load before the collection, as who erases both locks them
        datastore.locked()  # so that what is being saved under its id is seen, or comes after
        if datastore.documents().filter(key=new.id, updated_at__gt=load.created_at).exists():
            lease.update(stage=Stage.CANCELLED, ended_at=now, problem=NEWER)
        else:
            lease.update(stage=Stage.STORED, ended_at=now, notes=notes, embedded=load.passages)
            if passages is not None:
                datastore.replace([new], [passages])
            elif datastore.adopt(new, Collection(pk=load.draft_id)) != load.passages:
                raise RuntimeError("Passages of a draft are gone: the document would be in part")
    kept.drop_all(load)


def document(load: Load, text: str = "") -> NewDocument:
    said = Metadata.of_file(load.name) if load.name else UNKNOWN
    given = METADATA.run_validation(load.metadata)
    return NewDocument(id=load.key, text=text, metadata=said.overridden(given))


def rule() -> str:
    """Tell how texts are cut, and what makes them searchable."""
    model = embedder()
    cutting = f"{chunking.VERSION}:{settings.RETRIEVAL_CHUNK_TOKENS}"
    return (
        f"{cutting}:{settings.RETRIEVAL_CHUNK_OVERLAP}:{VERSION}:{model.dimension}:{model.model}"
    )[:200]


def cut(load: Load, by: str) -> list[Passage]:
    return cut_once(load.pk, by)


@lru_cache(maxsize=2)
def cut_once(pk: int, by: str) -> list[Passage]:
    """Return the passages of a load's text, which does not change; each turn needs them again."""
    return list(passages(kept.text_of(Load(pk=pk))))


STEPS: dict[str, Callable[[Lease], None]] = {
    Stage.UNPACKING: unpack,
    Stage.PARSING: parse,
    Stage.EMBEDDING: embed,
}
