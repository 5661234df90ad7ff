"""The query of a request, as clients write it."""

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any

from rest_framework import serializers
from rest_framework.fields import empty


def no_such(kind: str, name: str, known: Iterable[str]) -> str:
    """Say that there is no parameter, argument or field of a name, which may have been meant, and
    what there is."""
    names = sorted(known)
    meant = " or ".join(f"'{each}'" for each in likely(name, names))
    return " ".join(
        [
            f"There is no {kind} '{name[:50]}' here.",
            *([f"Did you mean {meant}?"] if meant else []),
            f"There are: {', '.join(names)}." if names else "There are none.",
        ]
    )


def likely(name: str, names: Sequence[str]) -> list[str]:
    """Return which of the names may have been meant: written almost so, or with a word of it."""
    plain = name.partition("[")[0]
    if close := get_close_matches(plain, names, 1, 0.75):
        return close
    words = singular_words(plain)
    return [each for each in names if words & singular_words(each)][:3]


def singular_words(name: str) -> set[str]:
    apart = re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
    return {word.removesuffix("s") for word in re.split(r"[^a-z]+", apart)} - {"", "id"}


class Many(serializers.ListField):
    """An array in any spelling of the field.

    `ids=1&ids=2`, `ids[]=1&ids[]=2`, `ids[0]=1&ids[1]=2`, `ids=1,2` and `ids=[1, 2]`. An empty one
    is as good as none.
    """

    def get_value(self, dictionary: Any) -> Any:
        name = str(self.field_name)
        return [
            part
            for each in spellings(name, dictionary)
            for value in dictionary.getlist(each)
            for part in parts(value)
        ] or empty

    def run_child_validation(self, data: Any) -> Any:
        # The first wrong item is told without its place, which one spelling does not show.
        return tuple(self.child.run_validation(item) for item in data)


def spellings(name: str, given: Iterable[str]) -> list[str]:
    """Return the names in a query by which it gives an array, in the order of its items."""
    numbered = {
        int(match[1]): each
        for each in given
        if (match := re.fullmatch(rf"{re.escape(name)}\[([0-9]{{1,4}})\]", each))
    }
    return [name, f"{name}[]", *(numbered[number] for number in sorted(numbered))]


def parts(value: str) -> list[str]:
    """Return the items that one value of an array names."""
    text = value.strip()
    if text.startswith("[") and text.endswith("]"):
        text = text[1:-1].strip()
        return [part.strip().strip("\"'") for part in text.split(",")] if text else []
    return [part.strip() for part in text.split(",")] if text else []
