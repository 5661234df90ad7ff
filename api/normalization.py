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


def nfc(text: str) -> str:
    """Return a text in Normalization Form C (Unicode Standard Annex 15)."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


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
