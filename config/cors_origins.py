"""Reads CORS_ORIGINS: whose scripts may read the plugins, in a browser."""

import re
from collections.abc import Iterable

from marshmallow import ValidationError

ORIGIN = re.compile(
    r"https?://(?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:.]+\])(?::[1-9][0-9]{0,4})?"
)


def check_origins(entries: Iterable[str]) -> None:
    """Refuse what is no origin as a browser sends it (RFC 6454 section 6.1).

    Neither `*` nor `null`: what everybody may read, a page that somebody was lured to may read too.
    """
    for entry in entries:
        if not ORIGIN.fullmatch(entry.rpartition("=")[2].strip()):
            raise ValidationError(
                f"'{entry}' names no origin. Write each like https://chat.example.com or "
                "http://localhost:3000, in small letters and without a path; for one plugin, "
                "PLUGIN=https://chat.example.com."
            )


def cors_origins(entries: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return the origins by the plugin that they may read; those of "" may read all."""
    found: dict[str, tuple[str, ...]] = {}
    for entry in entries:
        slug, _, origin = entry.rpartition("=")
        found[slug.strip()] = (*found.get(slug.strip(), ()), origin.strip())
    return found
