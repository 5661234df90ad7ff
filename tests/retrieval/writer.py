"""Upserts new versions of the same documents until it is killed. Run by test_killed.py.

For each line on standard input, which is a version, it makes a process that writes those after it:
to start Python and Django takes a hundred times as long as to write one. It says that process's
number, then each version that is in, and "ended" when that process was killed.
"""

import os
import sys
from typing import TYPE_CHECKING

import django
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retrieval.embeddings.local import LocalEmbedder
    from retrieval.models import Vector

DOCUMENTS = 6
SENTENCES = 30


def text(document: int, version: int) -> str:
    """Return a text of several chunks, every one of which bears its version."""
    return "\n\n".join(
        f"Version v{version}x of document {document}, sentence {n}: the heron stands in the mill "
        f"pond and waits, v{version}x."
        for n in range(SENTENCES)
    )


def chance_vectors(self: "LocalEmbedder", texts: "Sequence[str]") -> "Vector":
    """Return vectors that look like the model's and mean nothing."""
    numbers = np.random.default_rng(0).normal(size=(len(texts), self.dimension))
    vectors: Vector = numbers / np.linalg.norm(numbers, axis=1, keepdims=True)
    return vectors


def say(word: object) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def main() -> None:
    django.setup()
    from retrieval.datastore import Datastore, NewDocument
    from retrieval.embeddings.local import LocalEmbedder

    # The model would take nearly all of the time, and a kill is to come while rows are written.
    LocalEmbedder.embed = chance_vectors  # type: ignore[method-assign]

    def write(version: int) -> None:
        store = Datastore("retrieval-none")
        while True:
            version += 1
            store.upsert([NewDocument(id=f"d{n}", text=text(n, version)) for n in range(DOCUMENTS)])
            say(version)

    for line in sys.stdin:
        process = os.fork()
        if process == 0:
            say(os.getpid())
            write(int(line))
        os.waitpid(process, 0)
        say("ended")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    main()
