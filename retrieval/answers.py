"""What fits into one answer: a model reads no more, and ChatGPT refuses 100,000 characters."""

from collections.abc import Sequence
from itertools import chain, zip_longest

from retrieval.search import Hit

ANSWER_MAX = 80_000  # characters of text; JSON writes some of them as two, and has more to say


def fitting(found: Sequence[Sequence[Hit]]) -> list[list[Hit]]:
    """Return the first of each list of hits, the best of all lists before the next best."""
    kept: list[list[Hit]] = [[] for _ in found]
    room = ANSWER_MAX
    ranks = (zip(kept, rank, strict=True) for rank in zip_longest(*found))
    for into, hit in chain.from_iterable(ranks):
        if hit is not None:
            room -= len(hit.chunk.text)
            if room < 0:
                break
            into.append(hit)
    return kept


def left_out(found: Sequence[Sequence[Hit]], kept: Sequence[Sequence[Hit]]) -> str:
    """Say how many hits did not fit, and how to have them; "" where all did."""
    count = sum(map(len, found)) - sum(map(len, kept))
    if not count:
        return ""
    more = "1 more passage" if count == 1 else f"{count} more passages"
    return (
        f"{more} did not fit into one answer. Ask fewer queries at a time, narrow them with a "
        "filter, or read a document with getDocument."
    )


def beginning(text: str) -> str:
    """Return a text, or what fits of it with a word on how to read on."""
    if len(text) <= ANSWER_MAX:
        return text
    return (
        f"{text[:ANSWER_MAX]}\n\n[The text goes on: it has {len(text):,} characters. Read on with "
        f"getDocument and offset={ANSWER_MAX}.]"
    )
