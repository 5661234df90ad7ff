"""The rules of a logo."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO

from PIL import Image, UnidentifiedImageError

from plugins.linter.rules import Level, Problem, Rules

SIZE = (512, 512)  # pixels
BYTES_MAX = 1024 * 1024


@dataclass(frozen=True)
class Logo:
    url: str
    content_type: str
    body: bytes

    @property
    def is_svg(self) -> bool:
        return b"<svg" in self.body[:1024]

    @cached_property
    def image(self) -> tuple[str, tuple[int, int]] | None:
        """Format and size, read from the header alone; None for what is no image of pixels."""
        try:
            with Image.open(BytesIO(self.body)) as image:
                return str(image.format), image.size
        except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError):
            return None


RULES: Rules[Logo] = Rules("logo")


@RULES.rule(Level.ERROR, "The logo is an image, and no GIF.")
def kind(logo: Logo) -> Iterator[Problem]:
    if logo.is_svg:
        return
    if logo.image is None:
        yield logo.url, f"no image ({logo.content_type or 'of no type'})", "Serve a PNG."
    elif logo.image[0] == "GIF":
        yield logo.url, "a GIF", "Serve a PNG."


@RULES.rule(Level.WARNING, "The logo is of the type that it says.")
def content_type(logo: Logo) -> Iterator[Problem]:
    right = f"image/{logo.image[0].lower()}" if logo.image else "image/svg+xml"
    said = logo.content_type.partition(";")[0].strip().lower()
    if (logo.image or logo.is_svg) and said != right:
        yield logo.url, f"{right}, sent as {said or 'nothing'}", f"Send it as {right}."


@RULES.rule(Level.WARNING, "The logo is 512 × 512 pixels.")
def size(logo: Logo) -> Iterator[Problem]:
    if logo.image and logo.image[1] != SIZE:
        width, height = logo.image[1]
        yield logo.url, f"{width} × {height} pixels", "Export it in 512 × 512."
    if len(logo.body) > BYTES_MAX:
        yield logo.url, f"{len(logo.body)} bytes", "Keep it below a megabyte."
