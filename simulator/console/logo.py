"""A plugin's logo, made anew from its pixels, so that nothing else of the file reaches a page."""

import base64
from collections.abc import Iterable
from io import BytesIO

from PIL import Image, UnidentifiedImageError

from api.hosts import joined
from plugins.linter.manifest import Manifest
from simulator.subject import Subject
from simulator.trace import Exchange

FORMATS = ("PNG", "JPEG", "WEBP")
SIDE = 96  # pixels
PIXELS_MAX = 4096 * 4096


def logo(subject: Subject, trace: Iterable[Exchange]) -> str:
    """Return the logo that was fetched, as a `data:` URL; "" where there is none to show."""
    named = Manifest(subject.url, subject.manifest).urls.get("/logo_url")
    if not named:
        return ""
    url = joined(subject.url, named)
    answers = (each.answer for each in trace if each.url == url and each.answer)
    return next((drawn(answer.body) for answer in answers if answer.status == 200), "")


def drawn(body: bytes) -> str:
    try:
        with Image.open(BytesIO(body), formats=FORMATS) as image:
            if image.width * image.height > PIXELS_MAX:
                return ""
            small = image.convert("RGBA")
        small.thumbnail((SIDE, SIDE))
        made = BytesIO()
        small.save(made, "PNG")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError):
        return ""
    return f"data:image/png;base64,{base64.b64encode(made.getvalue()).decode()}"
