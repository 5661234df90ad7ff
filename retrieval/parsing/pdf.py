"""PDF (ISO 32000): what stands on pages, what was filled in, and what was noted on them."""

import re
from collections.abc import Iterator
from typing import Any

from retrieval.parsing import Source, locked, too_large
from retrieval.parsing.hyphens import rejoined
from retrieval.parsing.scans import recognised

LIGATURES = {
    0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st",
    0xFB06: "st",
}  # fmt: skip
LETTER = "[\u05d0-\u05ea\u0620-\u064a\u066e-\u06d3\ufb1d-\ufdfd\ufe70-\ufefc]"
AT_NUMBER = re.compile(f"(?<={LETTER})(?=\\d)|(?<=\\d)(?={LETTER})")
PAINTS = re.compile(rb"(?:^|\s)(?:Do|BI|sh|[fFBbSs]\*?)(?=\s|$)")
"""What shows pictures, lines and areas (ISO 32000-1, annex A)."""
PUSH_BUTTON, PASSWORD = 1 << 16, 1 << 13  # flags of fields
ANNOTATED = {"/Text", "/Highlight", "/Underline", "/StrikeOut", "/Squiggly", "/Caret", "/Stamp"}


def read_pdf(source: Source) -> str:
    """Return the pages in their order, an empty line between them; pages without text are told."""
    from io import BytesIO

    from pypdf import PdfReader
    from pypdf.errors import LimitReachedError

    reader = PdfReader(BytesIO(source.content))
    if reader.is_encrypted and not reader.decrypt(""):
        raise locked("PDF")
    count = len(reader.pages)
    if count > source.limits.pages:
        raise too_large(f"it has {count:,} pages, {source.limits.pages:,} at most")
    pages: list[str] = []
    empty: list[int] = []
    answered: set[str] = set()
    for number, page in enumerate(reader.pages, 1):
        try:
            text = page.extract_text()
            if not text.strip() and drawn(page):
                text = recognised(page, source)
        except LimitReachedError as error:
            raise too_large("it unpacks to far more than it seems") from error
        lines = [rejoined(letters(text)), *answers(page, answered), *remarks(page)]
        pages.append(source.take("\n".join(filter(None, map(str.strip, lines)))))
        if not pages[-1] and drawn(page):
            empty.append(number)
    if empty and any(pages):
        source.tell(without_text(empty, count))
    return "\n\n".join(filter(None, pages))


def letters(text: str) -> str:
    """Return text with letters for ligatures, and a space beside a number in Hebrew and Arabic."""
    return AT_NUMBER.sub(" ", text.translate(LIGATURES))


def without_text(pages: list[int], count: int) -> str:
    named = ", ".join(map(str, pages[:20])) + (" …" if len(pages) > 20 else "")
    they, are = ("Page", "it is") if len(pages) == 1 else ("Pages", "they are")
    return (
        f"{they} {named} of {count}: no text was found. If {are} scanned, run a text recognition "
        "(OCR) and send the file again."
    )


def drawn(page: Any) -> bool:
    """Tell a page that shows something beside text from an empty one."""
    contents = page.get_contents()
    return contents is not None and bool(PAINTS.search(contents.get_data()))


def annotations(page: Any) -> Iterator[Any]:
    """Yield the annotations that are shown, whatever else stands in their place."""
    found = page.get("/Annots")
    found = found.get_object() if found is not None else None
    for each in found if isinstance(found, list) else []:
        annotation = each.get_object()
        if isinstance(annotation, dict) and not number(annotation, "/F") & 2:  # hidden
            yield annotation


def answers(page: Any, answered: set[str]) -> Iterator[str]:
    """Yield `name: answer` for the fields of a form, each once, where it stands first."""
    for widget in annotations(page):
        if widget.get("/Subtype") != "/Widget":
            continue
        chain = list(with_parents(widget))
        name = ".".join(str(each["/T"]) for each in reversed(chain) if "/T" in each)
        kind, value, flags = (inherited(chain, key) for key in ("/FT", "/V", "/Ff"))
        label = str(inherited(chain, "/TU") or name).strip()
        flags = int(flags or 0)
        hidden = kind == "/Tx" and flags & PASSWORD
        if name in answered or kind == "/Sig" or hidden or (kind == "/Btn" and flags & PUSH_BUTTON):
            continue
        text = state(widget, value) if kind == "/Btn" else chosen(value, inherited(chain, "/Opt"))
        if text:
            answered.add(name)
            yield f"{label}: {text}" if label else text


def with_parents(field: Any) -> Iterator[Any]:
    for _ in range(20):
        yield field
        parent = field.get("/Parent")
        field = parent.get_object() if parent is not None else None
        if not isinstance(field, dict):
            return


def inherited(chain: list[Any], key: str) -> Any:
    for each in chain:
        if key in each:
            return each[key].get_object() if hasattr(each[key], "get_object") else each[key]
    return None


def state(widget: Any, value: Any) -> str:
    """Return what a box or one of several buttons says: yes, no, or which it is."""
    said = str(value if value is not None else widget.get("/AS", "")).lstrip("/")
    return {"": "", "Off": "no", "Yes": "yes", "On": "yes", "1": "yes"}.get(said, said)


def chosen(value: Any, options: Any) -> str:
    """Return the text of a field, or of what was chosen: shown by another name than it is kept."""
    shown = {
        str(pair[0]): str(pair[1])
        for pair in (each.get_object() for each in options or [])
        if isinstance(pair, list) and len(pair) == 2
    }
    values = value if isinstance(value, list) else [] if value is None else [value]
    texts = (each.get_data().decode("utf-8", "replace") if hasattr(each, "get_data") else str(each)
             for each in values)  # fmt: skip
    return ", ".join(shown.get(text, text) for text in texts).replace("\r", "\n").strip()


def remarks(page: Any) -> Iterator[str]:
    """Yield what was written on a page later: texts in the open, and notes."""
    for annotation in annotations(page):
        contents = str(annotation.get("/Contents", "")).replace("\r", "\n").strip()
        kind = annotation.get("/Subtype")
        if contents and (kind == "/FreeText" or kind in ANNOTATED):
            yield contents if kind == "/FreeText" else f"Note: {contents}"


def number(values: Any, key: str) -> int:
    found = values.get(key, 0)
    return found if isinstance(found, int) else 0
