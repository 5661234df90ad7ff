"""What a load holds, in pieces: nobody who writes waits for a whole file to be written."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING

from django.db import transaction

from retrieval.loads.models import ENDED, Load, Piece
from retrieval.sweeping import sweep_soon

if TYPE_CHECKING:
    from django.db.models import QuerySet

Writing = Callable[[], AbstractContextManager[None]]
PIECE = 256 * 1024  # bytes
SOME = 16  # rows of one statement: four mebibytes


def keep_file(load: Load, file: IO[bytes]) -> None:
    """Keep the bytes of a file, as they are read."""
    for position, content in enumerate(iter(lambda: file.read(PIECE), b"")):
        Piece.objects.create(load=load, kind="file", position=position, content=content)


def keep_text(load: Load, text: str, writing: Writing = transaction.atomic) -> None:
    """Keep the text that was read of its file; one that an earlier try left in part goes."""
    if load.pieces.filter(kind="text").exists():  # to look takes no turn from who writes
        with writing():
            drop(load, "text")
    encoded = text.encode(errors="surrogatepass")
    for position, start in enumerate(range(0, len(encoded), PIECE)):
        content = encoded[start : start + PIECE]
        with writing():
            Piece.objects.create(load=load, kind="text", position=position, content=content)


@contextmanager
def opened(load: Load) -> Iterator[IO[bytes]]:
    """Open its file, as a copy without a name."""
    with TemporaryFile() as file:
        for content in contents(load, "file"):
            file.write(content)
        file.seek(0)
        yield file


def text_of(load: Load) -> str:
    return b"".join(contents(load, "text")).decode(errors="surrogatepass")


def contents(load: Load, kind: str) -> Iterator[bytes]:
    pieces = load.pieces.filter(kind=kind).order_by("position")
    for content in pieces.values_list("content", flat=True).iterator(SOME):
        yield bytes(content)


def drop(load: Load, kind: str) -> None:
    """Forget the file, or the text."""
    while some := list(load.pieces.filter(kind=kind).values_list("pk", flat=True)[:SOME]):
        Piece.objects.filter(pk__in=some).delete()


def drop_all(load: Load) -> None:
    """Forget what a load held that has ended."""
    drop(load, "file")
    drop(load, "text")
    if load.draft_id:
        sweep_soon()


def drop_left() -> int:
    """Forget what loads hold that have ended: whoever ended them died before they could."""
    count = 0
    while some := list(left().values_list("pk", flat=True)[:SOME]):
        count += Piece.objects.filter(pk__in=some).delete()[0]
    return count


def left() -> "QuerySet[Piece]":
    return Piece.objects.filter(load__stage__in=ENDED)
