"""Cuts a text into passages that can be found, and read, by themselves."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from semantic_text_splitter import TextSplitter

from retrieval.embeddings.local import tokenizer

BLOCK = 8_000  # characters
PASSAGE_MAX_LENGTH = 4_000  # characters
HEADING_MAX_LENGTH = 200  # characters
HEADING_ENDS = re.compile(r"(?<=[.!?])\s+|\n\s*\n")


@dataclass(frozen=True)
class Passage:
    text: str
    searched: str
    """What is embedded and indexed: the text, and what it is about."""


def passages(text: str) -> list[Passage]:
    """Return passages of at most RETRIEVAL_CHUNK_TOKENS tokens, cut where sentences end.

    A paragraph or sentence that fits is kept whole; one that does not is cut between words.
    """
    split = splitter(settings.RETRIEVAL_CHUNK_TOKENS, settings.RETRIEVAL_CHUNK_OVERLAP).chunks
    made = [piece for block in blocks(text) for cut in split(block) for piece in pieces(cut)]
    about = heading(text)
    return [Passage(cut, searched(cut, place, about)) for place, cut in enumerate(made)]


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
def splitter(tokens: int, overlap: int) -> TextSplitter:
    return TextSplitter.from_huggingface_tokenizer(tokenizer(), tokens, overlap=overlap)
