"""The terms of a text: what full-text search compares.

Words without case and marks, cut to their English stem (Snowball, "Porter2"); words so common
that they say nothing are left out. Scripts that write no spaces give a term a character.
"""

import re
import unicodedata
from functools import lru_cache

import snowballstemmer

TERM_MAX_LENGTH = 60  # characters; what is longer is no word that anybody asks for
UNSPACED = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
WORD = re.compile(rf"[{UNSPACED}]|[^\W_{UNSPACED}]+")
STOP_WORDS = frozenset(
    """
    a about after all also am an and any are as at be because been before being between both but
    by can could did do does doing during each for from had has have having he her here him his
    how i if in into is it its itself just me more most my no nor not now of off on once only or
    other our out over own same she should so some such than that the their them then there these
    they this those through to too under until up very was we were what when where which while
    who whom whose why will with would you your
    """.split()  # noqa: SIM905  (it reads better than 130 quotes)
)
stem = lru_cache(maxsize=100_000)(snowballstemmer.stemmer("english").stemWord)


def terms(text: str) -> list[str]:
    """Return the terms of a text, in order, repetitions included."""
    plain = text.casefold()
    if not plain.isascii():
        # Folded again: a sign such as "㎒" is made of capitals.
        plain = unicodedata.normalize("NFKD", plain).casefold()
        plain = "".join(c for c in plain if not unicodedata.category(c).startswith("M"))
    words = (word[:TERM_MAX_LENGTH] for word in WORD.findall(plain))
    return [stem(word) for word in words if word not in STOP_WORDS]
