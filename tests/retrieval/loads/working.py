"""What tests of loads do: make archives, and work off what waits, as a worker would."""

import io
import zipfile
from collections.abc import Iterable
from typing import Any

from retrieval.loads.models import Piece
from retrieval.loads.turns import take_turn
from retrieval.models import Collection
from tests.conftest import Mount

LONG = "\n\n".join(f"Heron number {n} stands in lake {n}, and waits for fish." for n in range(40))
"""More passages than somebody waits for, by the settings of these tests."""


def work_off() -> None:
    while take_turn():
        pass


def nothing_is_kept() -> bool:
    """Tell whether loads hold nothing any more: no file, no text, no draft."""
    return not (Piece.objects.exists() or Collection.objects.filter(store="").exists())


def zipped(files: dict[str, bytes] | Iterable[tuple[str, bytes]]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items() if isinstance(files, dict) else files:
            member = zipfile.ZipInfo(name)  # of no time in particular
            archive.writestr(member, content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def status(mount: Mount, answer: Any) -> Any:
    """Return how far what an upload answered is now."""
    [load] = answer.json()["loads"]
    return mount.get(f"/loads/{load['id']}").json()
