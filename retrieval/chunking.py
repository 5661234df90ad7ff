"""Cuts a text into passages that can be found, and read, by themselves."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from semantic_text_splitter import MarkdownSplitter

from retrieval.embeddings.local import tokenizer

BLOCK = 8_000  # characters
PASSAGE_MAX_LENGTH = 4_000  # characters
HEADING_MAX_LENGTH = 200  # characters
HEADING_ENDS = re.compile(r"(?<=[.!?])\s+|\n\s*\n")
WRAPPED = 45  # characters; a shorter line was ended on purpose
ENDED = re.compile(r"[.!?:;|`]\s*$|^(\s*[#|>]| {4}|\t)")
GOES_ON = re.compile(r"""\s*["'(\[*_`“‘«]*[^\W\d_]""")
FENCE = re.compile(r"\s*(```|~~~)")
TRAILING_HEADING = re.compile(r"(?:^|\n)(#{1,6} [^\n]+|[^\W_][^\n|]{0,58}[\w:])\s*$")


@dataclass(frozen=True)
class Passage:
    text: str
    searched: str
    """What is embedded and indexed: the text, and what it is about."""


def passages(text: str) -> list[Passage]:
    """Return passages of about RETRIEVAL_CHUNK_TOKENS tokens at most, cut where sentences end.

    A section, paragraph or sentence that fits is kept whole; a sentence that does not is cut
    between words. A heading goes with what it stands above.
    """
    split = splitter(settings.RETRIEVAL_CHUNK_TOKENS, settings.RETRIEVAL_CHUNK_OVERLAP).chunks
    cuts = [cut for block in blocks(unwrapped(text)) for cut in split(block)]
    made = [piece for cut in with_headings(cuts) for piece in pieces(cut)]
    about = heading(text)
    return [Passage(cut, searched(cut, place, about)) for place, cut in enumerate(made)]


def unwrapped(text: str) -> str:
    """Join the lines of paragraphs that were wrapped: their ends mean nothing."""
    joined: list[str] = []
    before, fenced = "", False
    for line in text.split("\n"):
        fenced ^= bool(FENCE.match(line))
        wrapped = len(before) >= WRAPPED and not fenced and not ENDED.search(before)
        if wrapped and GOES_ON.match(line):
            joined[-1] += f" {line.strip()}"
        else:
            joined.append(line)
        before = line
    return "\n".join(joined)


def with_headings(cuts: list[str]) -> Iterator[str]:
    """Yield the cuts, a heading at the end of one moved to the beginning of the next."""
    carried = ""
    for place, cut in enumerate(cuts):
        whole = f"{carried}\n\n{cut}" if carried else cut
        carried = ""
        found = TRAILING_HEADING.search(whole)
        if found and place < len(cuts) - 1:
            whole, carried = whole[: found.start()].rstrip(), found[1]
        if whole:
            yield whole


def blocks(text: str) -> Iterator[str]:
    """Yield a text in parts, cut at the last end of a paragraph, line or word in each.

    Looking for the best cuts takes more than twice as long for twice the text.
    """
    while len(text) > BLOCK:
        head = text[:BLOCK]
        found = (head.rfind(mark, BLOCK // 2) for mark in ("\n\n", "\n", " "))
        end = next((place for place in found if place > 0), BLOCK)
        yield text[:end]
        text = text[end:]
    yield text


def pieces(cut: str) -> Iterator[str]:
    """Yield a passage, in parts if it is long without a word in it: encoded data, mostly."""
    for start in range(0, len(cut), PASSAGE_MAX_LENGTH):
        yield cut[start : start + PASSAGE_MAX_LENGTH]


def searched(passage: str, position: int, about: str) -> str:
    """Return what a passage is found by: all but the first lack what the text began with."""
    return f"{about}\n\n{passage}" if position and about else passage


def heading(text: str) -> str:
    """Return how a text begins: its title, or its first sentence; "" when that is too long."""
    first = HEADING_ENDS.split(text[: HEADING_MAX_LENGTH * 2].lstrip(), maxsplit=1)[0]
    first = " ".join(first.split()).lstrip("# ")
    return first if len(first) <= HEADING_MAX_LENGTH else ""


@cache
def splitter(tokens: int, overlap: int) -> MarkdownSplitter:
    return MarkdownSplitter.from_huggingface_tokenizer(tokenizer(), tokens, overlap=overlap)
