"""How well questions find their answers: words alone, meaning alone, and both.

    make bench-retrieval CRANFIELD=folder
    python -m benchmarks.retrieval_quality folder … xquad.de.json … --questions 500

Documents go in, and questions are asked, as the API does it, in a database of their own. A
document counts at the place of its best chunk. nDCG@10 with one gain per relevant document.
No collection is part of the project: name the folders and files that hold them. Of the five best
passages of each question, it tells how many of right documents, and of others, the library shows as
fitting. The settings choose the model: RETRIEVAL_EMBEDDINGS=multilingual.
"""

import argparse
from collections import defaultdict
from math import log2
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING

from benchmarks.measuring import own_site, table_row, timed
from benchmarks.retrieval_collections import TestCollection, read

if TYPE_CHECKING:
    from retrieval.datastore import Datastore
    from retrieval.search import Hit

TOP = 10
BATCH = 50  # documents
WAYS = ("lexical", "dense", "hybrid")
FITS = ("answers fit", "others fit")


def ndcg(ranked: list[str], relevant: set[str]) -> float:
    gained = sum(1 / log2(place + 2) for place, key in enumerate(ranked[:TOP]) if key in relevant)
    return gained / sum(1 / log2(place + 2) for place in range(min(TOP, len(relevant))))


def sample(collection: TestCollection, at_most: int, words: int) -> list[str]:
    """Return the questions of so many words at most, and so many of these, evenly spread."""
    keys = [key for key, text in collection.questions.items() if len(text.split()) <= words]
    if len(keys) <= at_most:
        return keys
    return [keys[place * len(keys) // at_most] for place in range(at_most)]


def fill(store: "Datastore", documents: dict[str, str]) -> None:
    from retrieval.datastore import NewDocument

    new = [NewDocument(id=key, text=text) for key, text in documents.items()]
    for start in range(0, len(new), BATCH):
        store.upsert(new[start : start + BATCH])


def ordered(way: str, hits: "list[Hit]") -> "list[Hit]":
    """Return hits, the best first by one of them.

    What is alike comes in the order of the documents, whatever the other says; what shares no word
    with the question is not found by words.
    """
    if way == "lexical":
        hits = [hit for hit in hits if hit.lexical > 0]
        return sorted(hits, key=lambda hit: (-hit.lexical, hit.chunk.pk))
    if way == "dense":
        return sorted(hits, key=lambda hit: (-hit.cosine, hit.chunk.pk))
    return hits


def ask(store: "Datastore", collection: TestCollection, keys: list[str]) -> dict[str, list[float]]:
    """Return nDCG of each question by each way, and which passages the library shows as fitting.

    Those are of the best of each question: of right documents, and of others; 1 if it fits, else 0.
    """
    from retrieval.embeddings import embedder
    from retrieval.results import RESULTS, enough
    from retrieval.search import search

    held = store.collection()
    assert held is not None
    figures = defaultdict(list)
    for key in keys:
        text, relevant = collection.questions[key], collection.relevant[key]
        [vector] = embedder().questions([text])
        hits = search(held, text, vector, model=embedder())
        for way in WAYS:
            ranked = dict.fromkeys(hit.chunk.document.key for hit in ordered(way, hits))
            figures[way].append(ndcg(list(ranked), relevant))
        least = enough(text, [hit.score for hit in hits[:RESULTS]])
        for hit in hits[:RESULTS]:
            kind = "answers fit" if hit.chunk.document.key in relevant else "others fit"
            figures[kind].append(hit.score >= least)
    return figures


def measure(store: "Datastore", collection: TestCollection, keys: list[str]) -> None:
    """Put a collection into a store of its own, ask these questions, and print a row of figures."""
    _, milliseconds = timed(fill, store, collection.documents)
    figures = ask(store, collection, keys)
    held = store.collection()
    assert held is not None
    print(
        table_row(
            collection.name,
            f"{len(collection.documents):,}",
            f"{held.chunk_count:,}",
            f"{len(keys):,}",
            *(f"{mean(figures[way]):.3f}" for way in WAYS),
            *(f"{mean(figures[kind] or [0]):.0%}" for kind in FITS),
            f"{len(collection.documents) / milliseconds * 1000:.1f}",
        ),
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "collections",
        type=Path,
        nargs="+",
        metavar="COLLECTION",
        help="a folder in the form of SMART, such as Cranfield, or a JSON file in that of SQuAD",
    )
    parser.add_argument(
        "--questions", type=int, default=10_000, help="of each collection at most, evenly spread"
    )
    parser.add_argument("--words", type=int, default=10_000, help="of a question at most")
    options = parser.parse_args()
    try:
        collections = [read(path) for path in options.collections]
    except (ValueError, OSError) as error:
        parser.error(str(error))
    asked = [sample(each, options.questions, options.words) for each in collections]
    if not all(asked):
        parser.error("A collection has no question that is so short.")
    with own_site():
        from retrieval.datastore import Datastore

        print(table_row("", "documents", "passages", "questions", *WAYS, *FITS, "documents/s"))
        print("|---" * 10 + "|")
        for place, (collection, keys) in enumerate(zip(collections, asked, strict=True)):
            measure(Datastore("benchmark", str(place)), collection, keys)


if __name__ == "__main__":
    main()
