"""How logs are written, as text or as JSON, an object a line; never with a secret in them.

A query may bear a token, and so may some paths; a header or a form is never logged.
"""

import logging
import os
import re
import select
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import orjson
from django.conf import settings

from api.request_ids import request_id
from api.request_log import Row, running

PATH_MAX = 500  # characters
IN_PATHS = "!$&'()*+,/:;=@~"
"""What stands in a path as it is, beside letters and digits (RFC 3986 section 3.3)."""


@lru_cache(1)
def secret_paths() -> list[list[re.Pattern[str]]]:
    """Return for each of SECRET_PATHS what finds its parts."""
    return [
        [re.compile(f"/{re.escape(part)}/", re.IGNORECASE) for part in path.strip("/").split("/")]
        for path in settings.SECRET_PATHS
    ]


def hidden(text: str) -> str:
    """Return a text without the secrets that stand in paths: with no line's rest behind them.

    Between the parts of such a path anything may be, such as `//` and `/x/../`, and in a secret
    too. Each part is looked for once: a line may be as long as somebody likes.
    """
    return "\n".join(map(hidden_in_line, text.split("\n")))


def hidden_in_line(line: str) -> str:
    ends = []
    for parts in secret_paths():
        end = 0
        for part in parts:
            found = part.search(line, max(end - 1, 0))  # they may share a slash
            if found is None:
                break
            end = found.end()
        else:
            ends.append(end)
    return f"{line[: min(ends)]}…" if ends else line


def as_sent(path: str) -> str:
    """Return a path as it stands in a URL, so in one line; `path` is as WSGI has it."""
    written = quote(path.encode("latin-1", "replace"), safe=IN_PATHS)
    cut = written if len(written) <= PATH_MAX else f"{written[:PATH_MAX]}…"
    return hidden(cut)


def moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


# --- What programs log -------------------------------------------------------------------


def name_of_request(record: logging.LogRecord) -> str:
    """Return the name of the request in which something was logged; "" outside of any."""
    if request := running.get():
        return request.id
    meta = getattr(getattr(record, "request", None), "META", None)
    return request_id(meta) if isinstance(meta, dict) else ""


class TextFormatter(logging.Formatter):
    """The message, and which request it is of."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        name = name_of_request(record)
        said = hidden(super().formatMessage(record))
        return f"{said} [request {name}]" if name else said

    def formatException(self, ei: Any) -> str:  # noqa: N802
        return hidden(super().formatException(ei))


class JSONFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        said = {
            "time": moment(record.created),
            "level": record.levelname,
            "logger": record.name,
            "message": hidden(record.getMessage()),
        }
        if name := name_of_request(record):
            said["request_id"] = name
        if record.exc_info:
            said["exception"] = hidden(self.formatException(record.exc_info))
        return orjson.dumps(said).decode()


# --- The access log ----------------------------------------------------------------------


def write_access(rows: list[Row]) -> None:
    """Write a line for each request to standard error."""
    line = access_json if settings.LOG_FORMAT == "json" else access_text
    for piece in pieces(map(line, rows)):
        sys.stderr.flush()
        os.write(sys.stderr.fileno(), piece)


def pieces(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Join lines to pieces that a pipe takes whole: those of other processes come between them."""
    piece = b""
    for line in lines:
        if piece and len(piece) + len(line) > select.PIPE_BUF:
            yield piece
            piece = b""
        piece += line
    if piece:
        yield piece


def access_json(row: Row) -> bytes:
    said = {
        "time": moment(row.at),
        "level": "INFO",
        "logger": "access",
        "request_id": row.id,
        "plugin": row.plugin,
        "operation": row.operation,
        "method": row.method,
        "path": as_sent(row.path),
        "status": row.status,
        "ms": round(row.seconds * 1000, 2),
        "address": row.address,
    }
    return orjson.dumps(said, option=orjson.OPT_APPEND_NEWLINE)


def access_text(row: Row) -> bytes:
    of = f'{row.plugin} "{row.operation}"' if row.plugin else "-"
    line = (
        f"{moment(row.at)} access {row.status} {row.method} {as_sent(row.path)} "
        f"{row.seconds * 1000:.2f} ms {of} {row.address or '-'} [request {row.id}]\n"
    )
    return line.encode()
