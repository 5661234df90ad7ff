"""What the page for people shows of documents, and of the passages that a question found."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from django.db.models import Count
from django.db.models.functions import Length
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from retrieval.datastore import Datastore
from retrieval.embeddings import embedder
from retrieval.filters import Filter
from retrieval.forms import SearchForm
from retrieval.models import BEGINNING, Document
from retrieval.rendering import Words, rendered
from retrieval.saving import FAILURES
from retrieval.search import Hit
from retrieval.tables import HEADING, Table, cells, parts
from retrieval.terms import terms

if TYPE_CHECKING:
    from django.db.models import QuerySet

RESULTS = 5
WORDS = re.compile(r"(\w+)")
WIDE = re.compile(r"\s{2,}|[^\S ]")
CLOSE = 0.3
"""The score from which a passage is about a question whose words the model knows."""
OF_THE_BEST = 0.6
"""The part of the best one's score from which a passage is worth reading beside it."""
BEGINS, ENDS = 8, 4
"""Words of a long line by which a browser knows it."""


@dataclass(frozen=True)
class Found:
    hit: Hit
    document: Document
    passage: SafeString
    asked: frozenset[str]
    """The terms of the question."""

    @property
    def place(self) -> str:
        """The fragment that leads a browser to the passage's best line in its document.

        https://wicg.github.io/scroll-to-text-fragment/: where it is not known, nor the words are
        found, the document is shown from its beginning.
        """
        words = max(shown_lines(self.hit.chunk.text), key=self.worth, default="").split()
        ends = (words[:BEGINS], words[BEGINS:][-ENDS:])
        said = ",".join(quote(" ".join(part), safe="").replace("-", "%2D") for part in ends if part)
        return f"#:~:text={said}" if said else ""

    def worth(self, line: str) -> tuple[int, int]:
        """Return how much of the question a line has, and of two alike how long it is."""
        return len(self.asked.intersection(terms(line))), len(line)


def shown_lines(text: str) -> Iterator[str]:
    """Yield what stands in a place of its own where a text is drawn: lines, and tables' cells.

    A line is cut where white space is wide: a browser takes no single space for it.
    """
    for part in parts(text):
        if isinstance(part, Table) and part.piped:
            for row in (part.header.partition("\n")[0], *part.rows):
                yield from cells(row)
        else:
            for line in str(part).split("\n"):
                heading = HEADING.fullmatch(line)
                yield from WIDE.split(heading[1] if heading else line)


def listed(numbers: Iterable[int]) -> "QuerySet[Document]":
    """Return documents, the newest first, with their lengths and how they begin."""
    rows = Document.objects.filter(pk__in=list(numbers)).defer("text").order_by("-id")
    return rows.annotate(length=Length("text"), chunk_count=Count("chunks"), beginning=BEGINNING)


def enough(question: str, scores: Iterable[float]) -> float:
    """Return the score from which a passage fits, of those that were found.

    It is half of CLOSE for a question of which the model knows no word, since words alone have to
    reach it. `docs/retrieval.md` says how well that tells answers from the rest.
    """
    close = CLOSE * (1 + embedder().knowledge(question)) / 2
    return max([close, *(OF_THE_BEST * score for score in scores)])


def grouped(question: str, hits: list[Found]) -> list[tuple[str, list[Found]]]:
    """Set passages that fit apart from weak ones, with the words for each."""
    least = enough(question, [each.hit.score for each in hits])
    close = [each for each in hits if each.hit.score >= least]
    weak = [each for each in hits if each.hit.score < least]
    words = "Less likely" if close else "No passage fits well. These are the nearest"
    return [each for each in (("Passages that fit", close), (words, weak)) if each[1]]


def found(form: SearchForm, store: Datastore) -> tuple[str, list[Found] | None]:
    """Return what is wrong with a search, and what it finds; None when nothing was asked."""
    if not form.is_valid() or not (question := form.cleaned_data["q"].strip()):
        return "", None
    where = Filter(author=form.cleaned_data["author"], source=form.cleaned_data["source"])
    try:
        [hits] = store.query([(question, where, RESULTS)])
    except FAILURES as error:
        return str(error), None
    asked = frozenset(terms(question))
    marked = marker(asked)
    documents = {each.pk: each for each in listed({hit.chunk.document_id for hit in hits})}
    return "", [
        Found(hit, documents[hit.chunk.document_id], rendered(hit.chunk.text, marked), asked)
        for hit in hits
        if hit.chunk.document_id in documents
    ]


def marker(asked: frozenset[str]) -> Words:
    """Return what puts each word of the question's stems into a `mark`, and escapes all."""

    def marked(text: str) -> SafeString:
        parts = [
            format_html("<mark>{}</mark>", part) if place % 2 and asked & set(terms(part)) else part
            for place, part in enumerate(WORDS.split(text))  # what stands between words, a word, …
        ]
        return format_html_join("", "{}", ((part,) for part in parts))

    return marked
