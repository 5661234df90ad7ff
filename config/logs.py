"""LOGGING, as LOG_FORMAT has it."""

from collections.abc import Iterable
from typing import Any

FORMATTERS = {"text": "TextFormatter", "json": "JSONFormatter"}


def logging_settings(kind: str, rooms: Iterable[str], *, debug: bool) -> dict[str, Any]:
    """Return LOGGING for a format, one of FORMATTERS, that shows what the rooms say."""
    console = {"handlers": ["console"], "level": "INFO"}
    made: dict[str, Any] = {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": f"api.log_lines.{FORMATTERS[kind]}"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "loggers": dict.fromkeys(rooms, console),
    }
    if debug:
        made["loggers"]["django"] = console  # in place of its own, which would not hide secrets
    else:
        made["root"] = {"handlers": ["console"], "level": "WARNING"}
    return made
