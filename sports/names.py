"""Names of people, as they are searched: in small letters, without what some leave out."""

import re
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import Case, F, IntegerField, Q, Value, When
from django.db.models.functions import Concat, Replace

if TYPE_CHECKING:
    from django.db.models import QuerySet

UNLIKE = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"}
    | dict.fromkeys("’‘ʼʻ`´′", "'")
)
"""Letters that no accent is taken from, and the marks that stand for an apostrophe."""
SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv", "v"})
WORDS_MAX = 8  # of a name that is turned around


def folded(name: str) -> str:
    """Return a name without accents, in small letters, spaces single."""
    letters = unicodedata.normalize("NFKD", name.casefold().translate(UNLIKE))
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(plain.casefold().split())


def words(name: str) -> list[str]:
    """Return the words of a name: "D'Angelo" and "C.J." are one each, "Karl-Anthony" is two."""
    return re.findall(r"\w+", re.sub(r"['.]", "", folded(name)))


def turned(parts: Sequence[str]) -> list[str]:
    """Return a name, and what it is with its family name first, however many words that has."""
    if len(parts) > WORDS_MAX:
        return [" ".join(parts)]
    return [" ".join([*parts[n:], *parts[:n]]) for n in range(len(parts))]


def without_additions(parts: Sequence[str]) -> Sequence[str]:
    """Return a name without endings such as "Jr.", and initials in the middle of it."""
    last = len(parts) - 1
    return [
        part
        for place, part in enumerate(parts)
        if part not in SUFFIXES and (len(part) > 1 or place in (0, last))
    ] or parts


def searched(players: "QuerySet[Any]", text: str) -> "QuerySet[Any]":
    """Return the players that a text names, with their `rank`: the lower, the more exactly.

    A text is a part of the name, as it is written or as people write it.
    """
    plain, parts = folded(text), words(text)
    if len("".join(parts)) < 2:  # too little to be a word
        few: QuerySet[Any] = players.filter(search_name__contains=plain).annotate(rank=Value(0))
        return few
    known = without_additions(parts)
    joined, squeezed = " ".join(parts), "".join(parts)
    whole = turned(parts)
    squeezed_names = [name.replace(" ", "") for name in whole]
    named = Q(search_words__in=whole) | Q(squeezed__in=squeezed_names)
    # But for an ending or initials, which the text has or the name.
    nearly = Q(search_words__in=turned(known))
    for name in whole:
        nearly |= Q(search_words__startswith=f"{name} ")
    begun = Q(spaced__contains=f" {joined}")
    if plain != joined:  # as it is written, marks and all
        begun |= Q(search_name__contains=plain)
    part = Q(search_name__contains=plain) | Q(search_words__contains=joined)
    if len(parts) > 1:
        part |= Q(squeezed__contains=squeezed)
    found: QuerySet[Any] = (
        # All that follows wants it, and costs more: names may be written apart, but hardly so soon.
        players.filter(search_words__contains=max(known, key=len)[:3])
        .annotate(
            squeezed=Replace("search_words", Value(" "), Value("")),
            spaced=Concat(Value(" "), F("search_words")),
        )
        .annotate(
            rank=Case(
                When(named, then=0),
                When(nearly, then=1),
                When(begun, then=2),
                When(part, then=3),
                When(each_begins(parts), then=4),
                When(each_begins(known), then=5),
                output_field=IntegerField(),
            )
        )
        .filter(rank__isnull=False)
    )
    return found


def each_begins(parts: Sequence[str]) -> Q:
    """Say that each part begins a word of the name, in whatever order."""
    wanted = Q()
    for part in parts:
        wanted &= Q(spaced__contains=f" {part}")
    return wanted
