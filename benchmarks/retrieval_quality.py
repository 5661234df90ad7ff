"""How well questions find their answers: words alone, meaning alone, and both.

    make bench-retrieval CRANFIELD=folder

Documents go in, and questions are asked, as the API does it, in a database of their own. A
document counts at the place of its best chunk. nDCG@10 with one gain per relevant document.
"""

import argparse
import os
import secrets
import tempfile
import time
from math import log2
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from retrieval.search import Hit

TOP = 10
BATCH = 50  # documents


def ndcg(ranked: list[str], relevant: set[str]) -> float:
    gained = sum(1 / log2(place + 2) for place, key in enumerate(ranked[:TOP]) if key in relevant)
    return gained / sum(1 / log2(place + 2) for place in range(min(TOP, len(relevant))))


def measure(folder: Path) -> None:
    from django.core.management import call_command

    from benchmarks.cranfield import Cranfield
    from retrieval.datastore import Datastore, NewDocument
    from retrieval.embeddings import embedder
    from retrieval.scoring import score
    from retrieval.search import search

    call_command("migrate", verbosity=0)
    cranfield = Cranfield.read(folder)
    store = Datastore("benchmark")
    started = time.perf_counter()
    texts = [(key, text) for key, text in cranfield.documents.items() if text]
    for start in range(0, len(texts), BATCH):
        store.upsert([NewDocument(id=k, text=t) for k, t in texts[start : start + BATCH]])
    seconds = time.perf_counter() - started
    collection = store.collection()
    assert collection is not None
    print(
        f"{len(texts):,} documents, {collection.chunk_count:,} chunks, "
        f"{len(texts) / seconds:.1f} documents/s into the store\n"
    )

    ways: dict[str, Callable[[Hit], float]] = {
        "lexical": lambda hit: hit.lexical,
        "dense": lambda hit: hit.cosine,
        "hybrid": lambda hit: score(hit.cosine, hit.lexical),
    }
    figures: dict[str, list[float]] = {way: [] for way in ways}
    numbers = sorted(set(cranfield.questions) & set(cranfield.relevant))
    for number in numbers:
        text = cranfield.questions[number]
        [vector] = embedder().embed([text])
        hits = search(collection, text, vector)
        for way, key in ways.items():
            ranked = dict.fromkeys(
                hit.chunk.document.key for hit in sorted(hits, key=key, reverse=True)
            )
            figures[way].append(ndcg(list(ranked), cranfield.relevant[number]))
    print(f"| nDCG@{TOP} | all {len(numbers)} questions | odd | even |")
    print("|---|---|---|---|")
    for way, values in figures.items():
        parts = (
            values,
            [v for n, v in zip(numbers, values, strict=True) if n % 2],
            [v for n, v in zip(numbers, values, strict=True) if not n % 2],
        )
        print(f"| {way} | " + " | ".join(f"{sum(v) / len(v):.3f}" for v in parts) + " |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where cran.all, cran.qry and cranqrel are")
    folder = parser.parse_args().folder
    if not (folder / "cran.all").is_file():
        parser.error(f"{folder} does not hold cran.all: name the Cranfield collection's folder")
    with tempfile.TemporaryDirectory() as directory:
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        os.environ["SECRET_KEY"] = secrets.token_urlsafe(50)  # as in production
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{directory}/db.sqlite3")
        import django

        django.setup()
        measure(folder)


if __name__ == "__main__":
    main()
