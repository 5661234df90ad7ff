"""Text that is compared: one spelling of it, however its letters were composed.

An é may be one character, or an e and an accent behind it. People see no difference; a database
does. Names and ids are kept and looked for in Unicode's Normalization Form C; what people wrote to
be read stays as they wrote it.
"""

import logging
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import Any

logger = logging.getLogger(__name__)


SHRINKS = 4
"""By how many times the form may shorten a text: one letter is made of four characters at most."""


def nfc(text: str, *, longest: int | None = None) -> str:
    """Return a text in Normalization Form C (Unicode Standard Annex 15).

    What would be longer than `longest` characters in that form too is returned as it is: it will be
    refused, and to bring a long row of marks into order costs the square of their number.
    """
    if text.isascii() or (longest and len(text) > SHRINKS * longest):
        return text
    return unicodedata.normalize("NFC", text)


def respelled(texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield those texts that are in another form, each with what it is in Form C."""
    for text in texts:
        if not unicodedata.is_normalized("NFC", text):
            yield text, nfc(text)


def free_name(name: str, taken: Callable[[str], bool], *, longest: int) -> str:
    """Return the name, or one with a number behind it that nothing has."""
    number, free = 1, name[:longest]
    while taken(free):
        number += 1
        ending = f"-{number}"
        free = name[: longest - len(ending)] + ending
    return free


def report(said: str, *values: Any) -> None:
    """Tell an operator what a migration found: two things that now bear one name."""
    logger.warning(said, *values)
