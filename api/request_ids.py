"""The name that a request has in the logs, and in what is answered to it: X-Request-ID."""

import os
import re
import secrets
from collections.abc import MutableMapping
from itertools import count
from typing import Any

from django.conf import settings

HEADER = "X-Request-ID"
KEY = "site.request_id"
"""Where an environ has it, once somebody asked."""
WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")


class Names:
    """Numbers requests; each process has a beginning of its own, which nobody can guess."""

    def __init__(self) -> None:
        self.start_anew()

    def start_anew(self) -> None:
        self.start, self.numbers = secrets.token_hex(6), count(1)

    def new(self) -> str:
        return f"{self.start}-{next(self.numbers)}"


names = Names()
os.register_at_fork(after_in_child=names.start_anew)


def request_id(environ: MutableMapping[str, Any]) -> str:
    """Return a request's name: what a trusted proxy calls it, where that is a name, or a new one.

    Anybody else could give one request the name of another.
    """
    found: str | None = environ.get(KEY)
    if found is None:
        found = environ[KEY] = named(environ) or names.new()
    return found


def named(environ: MutableMapping[str, Any]) -> str:
    sent = environ.get("HTTP_X_REQUEST_ID") if settings.TRUST_PROXY else None
    return sent if sent and WELL_FORMED.fullmatch(sent) else ""
