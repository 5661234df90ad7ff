"""Fields that take JSON at its word: text is text, a number a number, true and false no more."""

import re
from typing import Any

from rest_framework import serializers
from rest_framework.validators import ProhibitSurrogateCharactersValidator

# Each part takes what the next cannot, so that nothing is tried twice. Space is what Python takes
# for it: other engines know no \x1c to \x1f, or no \x85, by \s.
PLAIN = r"^[\s\x1c-\x1f\x85]*[^\s\x00\x1c-\x1f\x85][^\x00]*$"
"""The pattern of texts that say something, and hold no NUL."""


SURROGATES = ProhibitSurrogateCharactersValidator()


def no_surrogates(text: str) -> None:
    """Refuse what DRF's own validator does, which takes 36 ms to look through a text of 2 MB."""
    try:
        text.encode()
    except UnicodeEncodeError:
        SURROGATES(text)


class Text(serializers.CharField):
    """A JSON string, kept as it was sent: nothing is trimmed, and a number is not text."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        kinds = [type(each) for each in self.validators]
        self.validators[kinds.index(ProhibitSurrogateCharactersValidator)] = no_surrogates

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return data


class WholeNumber(serializers.IntegerField):
    """A JSON number without a fraction; text and booleans are not numbers."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int | float) or data != data // 1:
            self.fail("invalid")
        return int(data)


class Digits(serializers.IntegerField):
    """A whole number as text says it, without what only some readers take for one: "1_0", "١"."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, str) and not re.fullmatch(r"\s*[-+]?[0-9]+(\.0*)?\s*", data):
            self.fail("invalid")
        return super().to_internal_value(data)


class Truth(serializers.BooleanField):
    """JSON's true or false; neither text nor numbers stand for them."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Items(serializers.ListField):
    """A JSON list. How long it is is looked at first: each item costs, a wrong one most."""

    def to_internal_value(self, data: Any) -> list[Any]:
        most = self.max_length
        if most is not None and isinstance(data, list) and len(data) > most:
            self.fail("max_length", max_length=most)
        items: list[Any] = super().to_internal_value(data)
        return items


def object_wanted(example: str) -> dict[str, Any]:
    """Return the messages for a body that is no object; DRF formats them, so braces double."""
    return dict.fromkeys(("invalid", "null"), f"The body must be a JSON object like {example}.")
