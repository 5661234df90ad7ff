"""The steps of a load, each of which is done and written down, or not at all."""

from collections.abc import Callable
from functools import lru_cache
from itertools import islice

import numpy as np
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from retrieval import chunking
from retrieval.chunking import Passage, passages
from retrieval.datastore import Datastore, NewDocument, ReadyPassage, ready, require_model
from retrieval.embeddings import embedder
from retrieval.exceptions import TooManyChunksError
from retrieval.loads import kept
from retrieval.loads.archives import unpack
from retrieval.loads.lease import Lease
from retrieval.loads.models import Load, ReadySlice, Stage
from retrieval.loads.twins import told_of_twin
from retrieval.metadata import UNKNOWN, Metadata
from retrieval.parsing import Limits
from retrieval.parsing.sandbox import read_file
from retrieval.serializers import METADATA
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
    """Make some passages ready to be stored; store them when all are."""
    load, by = lease.load, rule()
    if load.cut_by != by:  # it is new, or the site was set to another model meanwhile
        begin(lease, by)
    elif load.embedded < load.passages:
        some = list(islice(cut(load, by), load.embedded, load.embedded + SLICE))
        add(lease, some)
    else:
        store(lease)


def begin(lease: Lease, by: str) -> None:
    load = lease.load
    if load.slices.exists():
        with lease.writing():
            kept.drop_slices(load)
    count = len(cut(load, by))
    datastore = Datastore(load.store, load.username)
    if known := datastore.collection():
        require_model(known)
        datastore.require_room(known, [document(load)], count)
    elif count > settings.RETRIEVAL_MAX_COLLECTION_CHUNKS:
        raise too_many(count)
    lease.update(cut_by=by, passages=count, embedded=0)


def too_many(count: int) -> TooManyChunksError:
    return TooManyChunksError(
        f"That makes {count:,} passages, more than all documents together may have, "
        f"{settings.RETRIEVAL_MAX_COLLECTION_CHUNKS:,}. Split it."
    )


def add(lease: Lease, some: list[Passage]) -> None:
    load = lease.load
    made = ready(some)
    with transaction.atomic():
        lease.update(embedded=load.embedded + len(made))
        ReadySlice.objects.create(
            load=load,
            start=load.embedded - len(made),
            texts=[passage.text for passage in made],
            terms=[" ".join(passage.terms) for passage in made],
            embeddings=b"".join(passage.embedding for passage in made),
        )


def store(lease: Lease) -> None:
    """Put the document in, whole, and end the load with it.

    What was saved under its id since the file came is newer, and stays.
    """
    load = lease.load
    datastore = Datastore(load.store, load.username)
    new = document(load, text=kept.text_of(load))
    passages = [passage for each in load.slices.order_by("start") for passage in of_slice(each)]
    notes = [*load.notes, *told_of_twin(datastore, new)]
    with transaction.atomic():
        if datastore.documents().filter(key=new.id, updated_at__gt=load.created_at).exists():
            lease.update(stage=Stage.CANCELLED, ended_at=timezone.now(), problem=NEWER)
        else:
            lease.update(stage=Stage.STORED, ended_at=timezone.now(), notes=notes)
            datastore.replace([new], [passages])
    kept.drop_all(load)


def of_slice(each: ReadySlice) -> list[ReadyPassage]:
    vectors = np.frombuffer(bytes(each.embeddings), "<f4").reshape(len(each.texts), -1)
    return [
        ReadyPassage(text, terms.split(" ") if terms else [], vector.tobytes())
        for text, terms, vector in zip(each.texts, each.terms, vectors, strict=True)
    ]


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
