"""Saving a file or text while its sender waits; what takes long goes on behind."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace

from django.conf import settings

from api.dear_work import BusyError, caller, dear_work, working_for
from retrieval.datastore import Datastore
from retrieval.exceptions import TooManyAtOnceError
from retrieval.loads.models import Load
from retrieval.loads.receiving import Received, begin
from retrieval.loads.twins import told_of_twin
from retrieval.parsing import FileTooLargeError, TooSlowError
from retrieval.parsing.sandbox import of_settings, read_file

LARGE = (BusyError, FileTooLargeError, TooManyAtOnceError, TooSlowError)
"""Why something is not saved while its sender waits, and can be behind."""


@dataclass(frozen=True)
class Saved:
    id: str
    notes: tuple[str, ...]


def saving(
    store: Datastore,
    one: Received,
    *,
    waits: bool = False,
    sender: Callable[[], Hashable] | None = None,
) -> Iterator[tuple[int, int] | Saved | Load | None]:
    """Save what came, or begin a load of it where that takes long, unless its sender `waits`.

    Yields None while it is read, then how many passages of how many have their embeddings, and at
    last what was saved or begun. Raises what says why it cannot be saved.
    """
    parsed, limits = one.read, of_settings()
    if not waits:
        seconds = min(limits.seconds, settings.RETRIEVAL_WAIT_SECONDS)
        limits = replace(limits, seconds=seconds)
    try:
        with ExitStack() as place:
            with working_for(sender or caller.get()):  # not longer: others come in between
                place.enter_context(dear_work(len(parsed.text) if parsed else None))
            if parsed is None:
                yield None
                parsed = read_file(one.file, name=one.name, charset=one.encoding, limits=limits)
            new = one.document(parsed.text)
            at_most = None if waits else settings.RETRIEVAL_WAIT_CHUNKS
            yield from store.upserting([new], at_most=at_most)
    except LARGE:
        if waits:
            raise
        one.file.seek(0)
        yield begin(store, replace(one, read=parsed))
    else:
        yield Saved(new.id, (*parsed.notes, *told_of_twin(store, new)))
