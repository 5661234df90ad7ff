"""The terms of a text: what full-text search compares, by script.

| script | terms |
|---|---|
| Latin | words without case and marks, cut to their stem in the text's language (Snowball) |
| Greek, Cyrillic, Arabic, Armenian, Devanagari, Tamil | words, cut to their stem |
| Thai, Lao, Khmer, Burmese, which write no spaces | every three characters in a row |
| Chinese, Japanese, Korean | every character, and every two in a row |
| any other | words |

Words so common that they say nothing are left out; in other scripts their frequency tells.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

import snowballstemmer

from retrieval.languages import FUNCTION_WORDS, likely

VERSION = 3
"""Goes up when a text gets other terms: `manage.py reindex` brings what is stored over."""

TITLE_COUNTS = 3
TERM_MAX_LENGTH = 60  # characters; what is longer is no word that anybody asks for
TRIGRAMS = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\ua9e0-\ua9ff\uaa60-\uaa7f"
BIGRAMS = (
    r"\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff"
    r"\U00020000-\U0003ffff"
)
INDIC = r"\u0900-\u0963\u0966-\u0dff"  # whose words have marks in them
RUN = re.compile(
    rf"(?P<trigrams>[{TRIGRAMS}]+)|(?P<bigrams>[{BIGRAMS}]+)"
    rf"|(?P<word>[{INDIC}]+|[^\W_{TRIGRAMS}{BIGRAMS}{INDIC}]+)"
)
# Marks that stand by themselves and may as well be left out: of vowels, mostly.
LOOSE = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed]+"
)
# What is written with and without marks. In й, Indic and the scripts of Asia, marks are letters.
MARKED = re.compile("[\u00c0-\u03ff\u0451\u0591-\u06ff\u1e00-\u1fff]+")
LATIN_ENDS = "\u0370"
STEMMED = (  # the scripts in the order of Unicode: where each ends, and whose stems its words get
    ("\u0400", "greek"),
    ("\u0530", "russian"),
    ("\u0590", "armenian"),
    ("\u0600", ""),
    ("\u0700", "arabic"),
    ("\u0900", ""),
    ("\u0980", "hindi"),
    ("\u0b80", ""),
    ("\u0c00", "tamil"),
)
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


def terms(text: str, title: str = "") -> list[str]:
    """Return the terms of a text, in order, repetitions included.

    A title, which the text has too, is counted TITLE_COUNTS times.
    """
    runs = list(runs_of(text))
    language = (likely(word for kind, word in runs if kind == "word") or ["english"])[0]
    runs += list(runs_of(title)) * (TITLE_COUNTS - 1)
    return [term for run in runs for term in terms_of(run, language)]


def asked(text: str) -> list[tuple[str, ...]]:
    """Return the terms of a question, each in the forms that it has in the languages it may be in.

    A question is short: where its language is not plain, its words can be in any.
    """
    runs = list(runs_of(text))
    languages = likely(word for kind, word in runs if kind == "word") or list(FUNCTION_WORDS)
    found: list[tuple[str, ...]] = []
    for run in runs:
        by_language = [terms_of(run, language) for language in languages]
        if all(by_language):  # a small word of one of them is no word to look for
            found += [tuple(dict.fromkeys(forms)) for forms in zip(*by_language, strict=True)]
    return found


def runs_of(text: str) -> Iterator[tuple[str, str]]:
    """Yield words, and what is written without spaces, each with how its terms are made."""
    plain = text.casefold()
    if not plain.isascii():
        # Folded again: a sign such as "㎒" is made of capitals.
        plain = LOOSE.sub("", unicodedata.normalize("NFKC", plain).casefold())
    for match in RUN.finditer(plain):
        yield match.lastgroup or "", match[0]


def terms_of(run: tuple[str, str], language: str) -> list[str]:
    kind, text = run
    if kind == "trigrams":
        return grams(text, 3)
    if kind == "bigrams":
        return [*text, *(grams(text, 2) if len(text) > 1 else ())]
    if text in STOP_WORDS or text in FUNCTION_WORDS.get(language, ()):
        return []
    if text[0] >= LATIN_ENDS:
        language = ""
    elif not text.isalpha():  # a number or a name, in whatever language
        language = "english"
    return [stem(text[:TERM_MAX_LENGTH], language)]


def grams(run: str, size: int) -> list[str]:
    return [run[start : start + size] for start in range(max(len(run) - size + 1, 1))]


@lru_cache(maxsize=100_000)
def stem(word: str, language: str) -> str:
    """Return the stem of a word: in this language, or in the one that its script tells."""
    if language == "vietnamese":
        return word
    if not language:
        language = next((name for end, name in STEMMED if word[0] < end), "")
    if language in ("", "english", "greek", "russian", "arabic"):
        word = MARKED.sub(without_marks, word)
        return stemmer(language).stemWord(word) if language else word
    return MARKED.sub(without_marks, stemmer(language).stemWord(word))


def without_marks(marked: re.Match[str]) -> str:
    letters = unicodedata.normalize("NFKD", marked[0])
    return "".join(c for c in letters if not unicodedata.category(c).startswith("M"))


@cache
def stemmer(language: str) -> Any:
    return snowballstemmer.stemmer(language)
