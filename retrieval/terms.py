"""The terms of a text: what full-text search compares.

Words without case and accents, cut to their English stem (Snowball, "Porter2"); words so common
that they say nothing are left out. Scripts that write no spaces give a term a character.
"""

import re
import unicodedata
from functools import lru_cache

import snowballstemmer

TERM_MAX_LENGTH = 60  # characters; what is longer is no word that anybody asks for
WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_\u3040-\u30ff\u3400-\u9fff]+")
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
_stem = snowballstemmer.stemmer("english").stemWord


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    stemmed: str = _stem(word)
    return stemmed


def terms(text: str) -> list[str]:
    """Return the terms of a text, in order, repetitions included."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    words = (word[:TERM_MAX_LENGTH] for word in WORD.findall(plain))
    return [stem(word) for word in words if word not in STOP_WORDS]
