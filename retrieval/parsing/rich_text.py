"""RTF 1.9, as Word, WordPad and TextEdit write it. striprtf reads it; what it passes over is mended
before and after: notes, and letters of two bytes of which the second is written as ASCII."""

import re
from typing import Any

from retrieval.parsing import Source, broken
from retrieval.parsing.tables import table

NOTES = re.compile(r"\{(?:\\\*)?\\(footnote|annotation)\b ?")
UNSEEN = re.compile(r"\{(?:\\[a-z]+-?\d* ?)*?\\(?:v|deleted)(?![a-z0-9])")
"""Groups of what is hidden, or was deleted."""
BRACES = re.compile(r"\\.|[{}]", re.S)
LEAD = re.compile(r"\\'([89a-f][0-9a-f])(?:\r?\n)?(?:([@-Z^_a-z|~\[\]`])|\\'([0-9a-f]{2}))", re.I)
DOUBLE = {"932": "cp932", "936": "gb18030", "949": "cp949", "950": "big5hkscs"}
EASTERN = {"128": "932", "134": "936", "129": "949", "136": "950"}  # \fcharset
CODE_PAGE = re.compile(r"\\ansicpg(\d+)")
CHARSETS = re.compile(r"\\fcharset(\d+)")


def read_rtf(source: Source) -> str:
    from striprtf import striprtf

    rtf_to_text: Any = striprtf.rtf_to_text

    markup = source.content.decode("latin-1")
    if not markup.rstrip("\0\r\n ").endswith("}"):
        source.tell("The file seems to be cut off at its end.")
    page = CODE_PAGE.search(markup[:2000])
    pages = {EASTERN.get(charset, "") for charset in CHARSETS.findall(markup[:20_000])}
    if (page and page[1] in DOUBLE) or pages & set(DOUBLE):
        markup = LEAD.sub(in_hex, markup)
    markup = with_notes(without(UNSEEN, markup)).replace("HYPERLINK", "")
    try:
        text: str = rtf_to_text(markup, errors="replace")
    except (ValueError, LookupError, IndexError) as error:
        raise broken("an RTF document") from error
    return with_tables(text)


def without(groups: re.Pattern[str], markup: str) -> str:
    made, place = [], 0
    for found in groups.finditer(markup):
        if found.start() >= place:
            made.append(markup[place : found.start()])
            place = group_end(markup, found.end()) + 1
    return "".join([*made, markup[place:]])


def with_notes(markup: str) -> str:
    """Put notes and comments into the text, in brackets, where they stand."""
    made, place = [], 0
    for found in NOTES.finditer(markup):
        if found.start() < place:
            continue  # within another
        end = group_end(markup, found.end())
        held = markup[found.end() : end]
        made += [markup[place : found.start()], "{ (", found[1].capitalize(), ": ", held, ")"]
        place = end
    return "".join([*made, markup[place:]])


def group_end(markup: str, place: int) -> int:
    """Return where a group is closed that was opened before a place."""
    depth = 1
    for found in BRACES.finditer(markup, place):
        depth += {"{": 1, "}": -1}.get(found[0], 0)
        if depth == 0:
            return found.start()
    return len(markup)


def in_hex(found: re.Match[str]) -> str:
    """Write both bytes of a letter in hexadecimal."""
    second = found[3] or f"{ord(found[2]):02x}"
    return f"\\'{found[1]}\\'{second}"


def with_tables(text: str) -> str:
    """Return paragraphs, and rows of tables as such: their cells end with a bar."""
    made: list[str] = []
    rows: list[list[str]] = []
    for line in [*text.split("\n"), ""]:
        if line.endswith("|") and line.count("|") > 1:
            rows.append(line[:-1].split("|"))
            continue
        if rows:
            made.append(table(rows))
            rows = []
        made.append(line.strip())
    return "\n\n".join(filter(None, made))
