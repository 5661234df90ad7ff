"""Cuts a text into passages that can be found, and read, by themselves."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain, pairwise

from django.conf import settings
from semantic_text_splitter import MarkdownSplitter

from retrieval import tables

VERSION = 2
"""Goes up when a text is cut otherwise: the next load puts its documents in again."""

BLOCK = 8_000  # characters
TOKEN = 5  # characters of English prose; whatever model embeds it
SCANT = re.compile(r"[\u1100-\u11ff\u3040-\u30ff\uac00-\ud7a3]")  # kana, Hangul
SCANTIEST = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")  # Han
HEADING_MAX_LENGTH = 200  # characters
TITLE_MAX_SIZE = 400  # characters of English prose, as below
HEADING_ENDS = re.compile(r"(?<=[.!?])\s+|\n\s*\n")
WRAPPED = 45  # characters; a shorter line was ended on purpose
ENDED = re.compile(r"[.!?:;|`]\s*$|^(\s*[#|>]| {4}|\t)")
GOES_ON = re.compile(r"""\s*["'(\[*_`“‘«]*[^\W\d_]""")
FENCE = re.compile(r"\s*(```|~~~)")
TRAILING_HEADING = re.compile(r"(?:^|\n)(#{1,6} [^\n]+|[^\W_][^\n|]{0,198}[\w:])\s*$")


@dataclass(frozen=True)
class Passage:
    text: str
    searched: str
    """What is embedded: the text, and what it is about."""
    title: str
    """The title of the whole text, whose words count more; "" where it has none."""


def passages(text: str) -> Iterator[Passage]:
    """Yield passages of about RETRIEVAL_CHUNK_TOKENS tokens at most, cut where sentences end.

    They are cut one after the other, so that who takes too many stops it.

    A section, paragraph or sentence that fits is kept whole; a sentence that does not is cut
    between words. A heading or title goes with what it stands above. A row of a table is never
    cut.
    """
    tokens, overlap = settings.RETRIEVAL_CHUNK_TOKENS, settings.RETRIEVAL_CHUNK_OVERLAP
    split = splitter(tokens, overlap).chunks

    def prose(part: str) -> Iterator[str]:
        for block in blocks(unwrapped(part)):
            yield from split(block)

    cuts = tables.cuts(text, prose, size, tokens * TOKEN)
    for place, cut in enumerate(with_headings(cuts)):
        yield passage(cut, place, text)


def passage(cut: str, position: int, text: str) -> Passage:
    """Return the passage that is a cut of a text, with what it is found by."""
    about = heading(text)
    searched = f"{about}\n\n{cut}" if position and about else cut
    return Passage(cut, searched, about if has_title(text) else "")


def size(text: str) -> int:
    """Return how much a text says, in characters of English prose.

    As translations of one text show, all alphabets take about as many characters; Japanese and
    Korean take half of them, Chinese a third. A model's tokens would tell how well it knows a
    script: of Russian, all-MiniLM-L6-v2 makes four times as many as of English, of Thai a third.
    """
    if text.isascii():
        return len(text)
    return len(text) + len(SCANT.findall(text)) + 2 * len(SCANTIEST.findall(text))


def unwrapped(text: str) -> str:
    """Join the lines of paragraphs that were wrapped: their ends mean nothing."""
    pieces: list[str] = []
    before, fenced = "", False
    for line in text.split("\n"):
        fenced ^= bool(FENCE.match(line))
        wrapped = len(before) >= WRAPPED and not fenced and not ENDED.search(before)
        if wrapped and GOES_ON.match(line):
            pieces += (" ", line.strip())
        else:
            pieces += ("\n", line)
        before = line
    return "".join(pieces[1:])


def with_headings(cuts: Iterable[str]) -> Iterator[str]:
    """Yield the cuts, a heading at the end of one moved to the beginning of the next.

    So is a cut that is nothing but the title of the text, or how it begins.
    """
    carried = ""
    for place, (cut, after) in enumerate(pairwise(chain(cuts, [None]))):
        assert cut is not None
        whole = f"{carried}\n\n{cut}" if carried else cut
        carried = ""
        if after is not None and not isinstance(cut, tables.Rows):
            if place == 0 and "\n\n" not in whole and size(whole) <= TITLE_MAX_SIZE:
                whole, carried = "", whole
            elif found := TRAILING_HEADING.search(whole):
                whole, carried = whole[: found.start()].rstrip(), found[1]
        if whole:
            yield whole


def blocks(text: str) -> Iterator[str]:
    """Yield a text in parts, cut at the last end of a paragraph, line or word in each.

    Looking for the best cuts takes more than twice as long for twice the text.
    """
    start = 0
    while len(text) - start > BLOCK:
        most = start + BLOCK
        found = (text.rfind(mark, start + BLOCK // 2, most) for mark in ("\n\n", "\n", " "))
        end = next((place for place in found if place > 0), most)
        yield text[start:end]
        start = end
    yield text[start:]


def heading(text: str) -> str:
    """Return how a text begins: its title, or its first sentence; "" when that is too long."""
    first = HEADING_ENDS.split(text[: HEADING_MAX_LENGTH * 2].lstrip(), maxsplit=1)[0]
    first = " ".join(first.split()).lstrip("# ")
    return first if len(first) <= HEADING_MAX_LENGTH else ""


def has_title(text: str) -> bool:
    """Tell whether a text begins with a short line of its own.

    How a paragraph begins says no more of it than the rest.
    """
    first, _, rest = unwrapped(text[: HEADING_MAX_LENGTH * 2].lstrip()).partition("\n")
    return len(first.strip()) <= HEADING_MAX_LENGTH and bool(rest.strip())


@cache
def splitter(tokens: int, overlap: int) -> MarkdownSplitter:
    return MarkdownSplitter.from_callback(size, tokens * TOKEN, overlap=overlap * TOKEN)
