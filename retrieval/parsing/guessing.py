"""In which encoding bytes are that do not say so.

Small texts in old code pages say little about themselves. chardet ranks the encodings by the
language that each would make of them; it is told which are likely at all, and what it makes of
the bytes has to be something that people could have written (`plausibility.py`).
"""

import codecs
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from retrieval.parsing import UnreadableFileError
from retrieval.parsing.encodings import SUPERSETS, binary, strictly
from retrieval.parsing.plausibility import plausibility, script

SAMPLE = 16 * 1024  # bytes that an encoding is guessed from
SMALL = 4096  # bytes
LIKELY = {
    # What Windows writes, then what the web, mail and Unix did, then DOS and the old Mac.
    "cp1252": 1.0,
    "cp1251": 1.0,
    "cp1250": 0.85,
    "cp1253": 0.9,
    "cp1254": 0.85,
    "cp1255": 1.0,
    "cp1256": 1.0,
    "cp1257": 0.8,
    "cp1258": 0.5,
    "cp874": 1.0,
    "gb18030": 1.0,
    "big5hkscs": 0.9,
    "cp932": 1.0,
    "euc_jis_2004": 0.9,
    "cp949": 1.0,
    "koi8-r": 0.8,
    "koi8-u": 0.75,
    "iso8859-2": 0.6,
    "iso8859-5": 0.4,
    "iso8859-6": 0.4,
    "iso8859-7": 0.5,
    "iso8859-8": 0.4,
    "iso8859-9": 0.5,
    "iso8859-15": 0.6,
    "cp866": 0.6,
    "cp850": 0.3,
    "cp437": 0.25,
    "cp852": 0.3,
    "mac-roman": 0.3,
}
"""How likely an encoding is, all else alike."""
RARE_LANGUAGES = {
    **dict.fromkeys(("br", "cy", "eo", "ga", "gd", "kk", "mt", "tg", "tl", "ur"), 0.3),
    **dict.fromkeys(("id", "is", "ms", "sq", "vi"), 0.65),
    **dict.fromkeys(("be", "et", "sl", "sr"), 0.8),
}
FAMILIES = ("cp1252", "cp1250", "cp1251", "cp1253", "cp1255", "cp1256", "cp874", "gbk", "cp932")
FAINT = 0.002
"""A score below which nothing is known at all."""
RIVAL = 0.8
"""A second guess of other letters, that has so much of the first one's score, is as good."""


class Guess(NamedTuple):
    score: float
    encoding: str
    text: str
    """What it makes of the sample."""


def likeliest(content: bytes) -> Guess | None:
    """Return the best guess; None for what is no text.

    Raises UnreadableFileError where it would be no better than another.
    """
    if b"\0" in content:
        return sixteen_bits(content)
    return escaped(content) if content.isascii() else by_language(content)


def beginning(content: bytes, encoding: str) -> str | None:
    """Return what a sample says, of which the last character may be cut."""
    try:
        whole = len(content) <= SAMPLE
        return codecs.getincrementaldecoder(encoding)().decode(content[:SAMPLE], whole)
    except UnicodeError:
        return None


def escaped(content: bytes) -> Guess | None:
    """Return what is ASCII with escape sequences, as Japanese and Korean mail is."""
    for encoding in ("iso2022_jp_2", "iso2022_kr"):
        text = strictly(content, encoding)
        if text is not None and "\x1b" not in text:
            return Guess(1.0, encoding, text)
    return None


def sixteen_bits(content: bytes) -> Guess | None:
    """Return UTF-16 or UTF-32 without a mark, by which of them has letters of one family."""
    found = []
    for encoding in ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be"):
        text = strictly(content[:SAMPLE], encoding)
        if text and not binary(text) and "\0" not in text:
            share = max(len(text.encode(each, "ignore").decode(each)) for each in FAMILIES)
            found.append(Guess(share / len(text), encoding, text))
    best = max(found, default=None)
    return best if best and best.score > 0.95 else None


def by_language(content: bytes) -> Guess | None:
    """Return the likeliest of the old encodings; None for what is no text.

    Raises UnreadableFileError where two are as likely, or none is.
    """
    guesses = sorted(ranked(sample(content)), reverse=True)
    if not guesses or all(binary(guess.text) for guess in guesses[:3]):
        return None
    best = guesses[0]
    rivals = [
        guess
        for guess in guesses
        if guess.score > best.score * RIVAL and scripts(guess.text) != scripts(best.text)
    ]
    if best.score < FAINT or rivals:
        raise UnreadableFileError(
            "It cannot be told in which encoding the file is. Save it as UTF-8 and send that, or "
            "name its encoding."
        )
    return best


def ranked(some: bytes) -> Iterator[Guess]:
    for encoding, (confidence, language) in found(some).items():
        text = beginning(some, encoding)
        if text is None:
            continue
        if text.isupper() and len(some) < SMALL:  # which few texts are that chardet learnt from
            lower = found(text.lower().encode(encoding, "ignore"))
            confidence = max(confidence, lower.get(encoding, (0.0, ""))[0])
        likely = LIKELY[encoding] * RARE_LANGUAGES.get(language, 1.0)
        yield Guess(confidence * likely * plausibility(text) ** 4, encoding, text)


def found(some: bytes) -> dict[str, tuple[float, str]]:
    """Return how sure chardet is of each encoding, and which language that would make."""
    from chardet import detect_all

    every = detect_all(
        some[:SAMPLE],
        ignore_threshold=True,
        prefer_superset=False,  # it takes cp1250 for one of ISO 8859-2
        compat_names=False,
        include_encodings=[*LIKELY, "tis-620", "euc_kr", "iso8859-1"],
    )
    sure: dict[str, tuple[float, str]] = {}
    for each in every:  # the surest first
        name = str(each["encoding"])
        name = name if name in LIKELY else SUPERSETS.get(name, "")
        if name in LIKELY:
            sure.setdefault(name, (each["confidence"], str(each["language"])))
    return sure


def sample(content: bytes) -> bytes:
    """Return lines that hold more than ASCII: of a long text, the others say nothing."""
    if len(content) < SMALL:
        return content
    telling: list[bytes] = []
    size = 0
    for line in content.split(b"\n"):
        if not line.isascii():
            size += len(line)
            if size > SAMPLE and telling:
                break
            telling.append(line)
    return b"\n".join(telling)


def scripts(text: str) -> set[str]:
    """Return the scripts of the letters that are not Latin."""
    return {script(char) for char in text if unicodedata.category(char)[0] == "L"} - {"L"}
