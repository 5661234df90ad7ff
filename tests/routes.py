"""Every path at which the site answers, as somebody might ask for it."""

import re
from collections.abc import Iterator
from typing import Any

from django.contrib.admindocs.views import simplify_regex
from django.urls import URLPattern, get_resolver

FILLED = {
    "int": "1",
    "uuid": "00000000-0000-0000-0000-000000000000",
    "object_id": "1",
    "username": "me",
}
"""By the name of a parameter, or by its kind."""


def routes(patterns: Any = None, below: str = "") -> Iterator[str]:
    """Yield a path for each route, its parameters filled in with what is nowhere."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        text = str(pattern.pattern)
        if text.startswith("^") or "(?P" in text:
            text = simplify_regex(text).removeprefix("/")
        path = below + re.sub(r"<(?:(\w+):)?(\w+)>", filled, text.replace("\\", ""))
        if isinstance(pattern, URLPattern):
            yield "/" + path
        else:
            yield from routes(pattern.url_patterns, path)


def filled(parameter: "re.Match[str]") -> str:
    kind, name = parameter.groups()
    return FILLED.get(name) or FILLED.get(kind, "x")
