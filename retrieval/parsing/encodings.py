"""From bytes to letters: what is marked or declared, UTF-8, and else a guess that is told."""

import codecs
import re

from retrieval.parsing import Source

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
BAD = "\N{REPLACEMENT CHARACTER}"
HEAD = 64 * 1024  # characters that tell text from rubbish
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.I)
XML_ENCODING = re.compile(rb"<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([\w.:-]{1,40})", re.I)
SUPERSETS = {
    # Which programs mean by these names (https://encoding.spec.whatwg.org/#names-and-labels).
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "euc_jp": "euc_jis_2004",
    "iso2022_jp": "iso2022_jp_2",
}
ESCAPES = {"unicode-escape", "raw-unicode-escape", "punycode", "idna", "undefined"}
"""Ways to write letters that no file is in."""
NAMES = {
    **{f"cp{page}": f"windows-{page}" for page in (*range(1250, 1259), 874)},
    "cp932": "Shift_JIS",
    "cp949": "EUC-KR",
    "gb18030": "GBK",
    "big5hkscs": "Big5",
    "euc_jis_2004": "EUC-JP",
    "iso2022_jp_2": "ISO-2022-JP",
}
"""What people call them."""


def codec(label: str) -> str:
    """Return Python's name for an encoding, or the superset that is meant by it; "" for none."""
    try:
        name = codecs.lookup(label.strip()).name
        b"a".decode(name)
    except UnicodeError:  # as of half a letter
        pass
    except (LookupError, ValueError):  # none at all, or one that is not of text
        return ""
    return "" if name in ESCAPES else SUPERSETS.get(name, name)


def declared(content: bytes) -> str:
    """Return the encoding that a page, or XML, says it is in."""
    head = content[:4096]
    found = XML_ENCODING.match(head.lstrip()) or CHARSET.search(head)
    label = found[1].decode("ascii") if found else ""
    # What can be read as ASCII is not in 16 bits, whatever it says (HTML standard, 13.2.3.3).
    return "utf-8" if label.lower().startswith(("utf-16", "utf-32")) else label


def decode(source: Source, *, declared: str = "") -> str:
    """Return what a file says.

    `declared` is what it says of its own encoding; what its sender named goes before. Whatever is
    guessed, is told. Raises UnreadableFileError where a guess would be no better than another, and
    UnicodeError for what is no text.
    """
    if source.decoded is not None:
        return source.decoded
    content = source.content
    for mark, encoding in MARKS:
        if content.startswith(mark):
            text = strictly(content, encoding)
            if text is not None and not binary(text):
                return text
    for label in filter(None, (source.charset, declared)):
        text = strictly(content, codec(label)) if codec(label) else None
        if text is not None and not binary(text):
            utf_8 = None if content.isascii() else strictly(content, "utf-8")
            if utf_8 is not None and utf_8 != text:
                source.tell(f"It was read as {label}, as declared. It looks like UTF-8.")
            return text
        source.tell(f"It is not {label}, as declared.")
    text = strictly(content, "utf-8")
    if text is not None and b"\x1b$" not in content[:HEAD] and not binary(text):
        return text
    return guessed(source)


def strictly(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except (UnicodeError, LookupError):
        return None


def binary(text: str) -> bool:
    """Tell rubbish that happens to decode: a text has hardly any control characters."""
    head = text[:HEAD]
    return len(CONTROL.findall(head)) > len(head) / 100


def guessed(source: Source) -> str:
    """Return the text by the likeliest encoding, which is told."""
    content = source.content
    text = content.decode("utf-8", "replace")
    damaged = text.count(BAD)
    if damaged < len(text) / 100 and not text.replace(BAD, "").isascii():
        source.tell(f"It is UTF-8 with {damaged:,} damaged characters, which stand as {BAD}.")
        return text
    from retrieval.parsing.guessing import likeliest

    best = likeliest(content)
    if best is None:
        raise UnicodeError("It is no text.")
    read = strictly(content, best.encoding)
    if read is None:  # beyond the sample
        read = content.decode(best.encoding, "replace")
        source.tell(f"{read.count(BAD):,} of its characters could not be read.")
    name = NAMES.get(best.encoding) or best.encoding.upper().replace("ISO8", "ISO-8")
    source.tell(
        f"Its encoding was guessed: {name}. If letters are wrong, save it as UTF-8 and send that, "
        "or name its encoding."
    )
    return read
