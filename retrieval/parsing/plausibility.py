"""How well a decoded text could have been written by somebody.

Bytes of one encoding often decode in another: "Müller" becomes "Mьller", "MחBler" or "Mﾃｼller". No
language mixes its letters so, puts capitals into the middle of words, or signs between letters.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

SCRIPTS = {"LATIN": "L", "GREEK": "G", "CYRILLIC": "C", "HEBREW": "H", "ARABIC": "A", "THAI": "T"}
EASTERN = {"CJK": "J", "HIRAGANA": "J", "KATAKANA": "J", "KATAKANA-HIRAGANA": "J", "HANGUL": "K"}
TOGETHER = frozenset("LJKT")
"""Scripts that stand side by side in one word: those of East Asia, and Thai, with Latin names."""
AMONG_LETTERS = frozenset("°€£$¥©®™’‘“”„«»–—…·•′″%‰§№")
"""Signs that stand at a letter; the others that code pages have do not."""
BETWEEN_LETTERS = frozenset("’–—·…")


def plausibility(text: str) -> float:
    """Return from 0 to 1: what share of the characters beyond ASCII stand where they could."""
    strange = [strangeness(*around) for around in neighbours(text)]
    if not strange:
        return 1.0
    return max(0.0, 1 - (sum(strange) + lone_letters(text)) / len(strange))


def neighbours(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield each character beyond ASCII, between what stands before and after it."""
    padded = f" {text} "
    for place, char in enumerate(text):
        if char > "\x7f" and not char.isspace():
            yield padded[place], char, padded[place + 2]


def strangeness(before: str, char: str, after: str) -> float:
    category = unicodedata.category(char)
    if category in ("Cn", "Co", "Cc"):  # not assigned, private, control
        return 3.0
    if category[0] == "L":
        return letter_strangeness(before, char, after)
    if category[0] == "M" or char > "\u2e80":  # accents; the signs of East Asia
        return 0.0
    if char in "¿¡":
        return float(before.isalpha() or after in " ,.")
    touched = before.isalpha() or after.isalpha()
    if char not in AMONG_LETTERS:
        return float(touched) + ("\u2500" <= char < "\u2600")  # those that draw boxes
    inside = before.isalpha() and after.isalpha()
    return 0.8 if inside and char not in BETWEEN_LETTERS else 0.0


def letter_strangeness(before: str, char: str, after: str) -> float:
    mine = script(char)
    found = 0.0
    for other in (before, after):
        if other.isalpha() and script(other) != mine and not {script(other), mine} <= TOGETHER:
            found += 0.7
    if char.isupper() and before.islower():
        found += 0.7
    if "\uff66" <= char < "\uffa0" and not any("\uff66" <= c < "\uffa0" for c in (before, after)):
        found += 0.7  # half a katakana by itself
    return found + 0.7 * (char in "ªº" and before.isalpha())


def lone_letters(text: str) -> float:
    """Return how strange letters of another script are, one by one among Latin ones and digits."""
    plain = sum(char.isascii() and char.isalnum() for char in text)
    others = sum(char.isalpha() and script(char) != "L" for char in text)
    if plain <= 3 * others or not others:
        return 0.0
    words = re.findall(r"[^\W\d_]+", text)
    return 0.6 * sum(len(word) == 1 and script(word) != "L" for word in words)


@cache
def script(char: str) -> str:
    """Return a letter for the script of a character; "?" for all the rare ones."""
    if char.isascii():
        return "L"
    first = unicodedata.name(char, "").replace("HALFWIDTH ", "").split(" ")[0]
    return {**SCRIPTS, **EASTERN}.get(first, "L" if "\x80" <= char < "\u0250" else "?")
