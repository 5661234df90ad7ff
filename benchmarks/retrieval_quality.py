"""How well questions find their answers: words alone, meaning alone, and both.

    make bench-retrieval CRANFIELD=folder

Documents go in, and questions are asked, as the API does it, in a database of their own. A
document counts at the place of its best chunk. nDCG@10 with one gain per relevant document.
The Cranfield collection is not part of the project: name the folder that holds its files.
"""

import argparse
import re
from collections import defaultdict
from math import log2
from pathlib import Path
from statistics import mean

from benchmarks.measuring import own_site, table_row, timed

TOP = 10
BATCH = 50  # documents


def read_cranfield(folder: Path) -> tuple[dict[str, str], dict[int, str], dict[int, set[str]]]:
    """Return abstracts by number, questions by position from 1, and which abstracts answer which.

    An abstract is its title, an empty line and its text. Grades 1 to 4 count as relevant.
    """
    documents = {}
    for record in records(folder / "cran.all"):
        number, _, rest = record.partition("\n")
        title = rest.partition(".T\n")[2].partition(".A\n")[0].strip()
        body = rest.partition("\n.W\n")[2].strip()
        documents[number.strip()] = f"{title}\n\n{body.removeprefix(title).strip()}".strip()
    questions = {
        place: " ".join(record.partition(".W\n")[2].split())
        for place, record in enumerate(records(folder / "cran.qry"), 1)
    }
    relevant = defaultdict(set)
    for line in (folder / "cranqrel").read_text().splitlines():
        question, document, grade = line.split()
        if 1 <= int(grade) <= 4:
            relevant[int(question)].add(document)
    return documents, questions, relevant


def records(path: Path) -> list[str]:
    return re.split(r"^\.I ", path.read_text(), flags=re.MULTILINE)[1:]


def ndcg(ranked: list[str], relevant: set[str]) -> float:
    gained = sum(1 / log2(place + 2) for place, key in enumerate(ranked[:TOP]) if key in relevant)
    return gained / sum(1 / log2(place + 2) for place in range(min(TOP, len(relevant))))


def measure(folder: Path) -> None:
    from retrieval.datastore import Datastore, NewDocument
    from retrieval.embeddings import embedder
    from retrieval.scoring import score
    from retrieval.search import search

    documents, questions, relevant = read_cranfield(folder)
    store = Datastore("benchmark")
    new = [NewDocument(id=key, text=text) for key, text in documents.items() if text]
    batches = [new[start : start + BATCH] for start in range(0, len(new), BATCH)]
    _, milliseconds = timed(lambda: [store.upsert(batch) for batch in batches])
    collection = store.collection()
    assert collection is not None
    print(
        f"{len(new):,} documents, {collection.chunk_count:,} chunks, "
        f"{len(new) / milliseconds * 1000:.1f} documents/s into the store\n"
    )

    ways = {
        "lexical": lambda hit: hit.lexical,
        "dense": lambda hit: hit.cosine,
        "hybrid": lambda hit: score(hit.cosine, hit.lexical),
    }
    figures = defaultdict(list)
    numbers = sorted(questions.keys() & relevant.keys())
    for number in numbers:
        text = questions[number]
        [vector] = embedder().embed([text])
        hits = search(collection, text, vector)
        for way, key in ways.items():
            ranked = dict.fromkeys(
                hit.chunk.document.key for hit in sorted(hits, key=key, reverse=True)
            )
            figures[way].append(ndcg(list(ranked), relevant[number]))
    print(table_row(f"nDCG@{TOP}", f"all {len(numbers)} questions", "odd", "even"))
    print("|---|---|---|---|")
    for way, values in figures.items():
        halves = [[v for n, v in zip(numbers, values, strict=True) if n % 2 == k] for k in (1, 0)]
        print(table_row(way, *(f"{mean(part):.3f}" for part in (values, *halves))))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where cran.all, cran.qry and cranqrel are")
    folder = parser.parse_args().folder
    if not (folder / "cran.all").is_file():
        parser.error(f"{folder} does not hold cran.all: name the Cranfield collection's folder")
    with own_site():
        measure(folder)


if __name__ == "__main__":
    main()
