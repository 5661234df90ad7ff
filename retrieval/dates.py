"""Dates in any common spelling."""

from datetime import UTC, date, datetime, time
from functools import cache
from typing import Literal

from dateparser.date import DateDataParser

Edge = Literal["first", "last"]
LONGEST = 60  # characters of a date
END_OF_DAY = time(23, 59, 59, 999_999)


def read_date(text: str, *, edge: Edge = "first") -> datetime:
    """Return the moment that a text names, in UTC unless it says otherwise.

    What it leaves open (the time of a day, the day of a month) is the first there is, or the
    last. Raises ValueError for what names no date: nothing is ever taken for now.
    """
    text = text.strip()
    if not text or len(text) > LONGEST:
        raise ValueError("not a date")
    moment, whole_day = _iso(text) or _unix(text) or _words(text, edge)
    if whole_day and edge == "last":
        moment = datetime.combine(moment, END_OF_DAY, moment.tzinfo)
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError as error:
        raise ValueError("not a date") from error


def _iso(text: str) -> tuple[datetime, bool] | None:
    """Read ISO 8601 (RFC 3339)."""
    try:
        return datetime.combine(date.fromisoformat(text), time.min), True
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text), False
    except ValueError:
        return None


def _unix(text: str) -> tuple[datetime, bool] | None:
    """Read seconds since 1970, of nine or ten digits: fewer are a year, or nothing."""
    if text.isascii() and text.isdigit() and 9 <= len(text) <= 10:
        return datetime.fromtimestamp(int(text), UTC), False
    return None


def _words(text: str, edge: Edge) -> tuple[datetime, bool]:
    try:
        found = _parser(edge).get_date_data(text)
    except (ValueError, OverflowError, IndexError, AttributeError) as error:
        raise ValueError("not a date") from error
    if found is None or found.date_obj is None:
        raise ValueError("not a date")
    return found.date_obj, found.period != "time"


@cache
def _parser(edge: Edge) -> DateDataParser:
    return DateDataParser(
        languages=["en"],
        settings={
            "PARSERS": ["absolute-time"],  # none that counts from now
            "REQUIRE_PARTS": ["year"],
            "PREFER_DAY_OF_MONTH": edge,
            "PREFER_MONTH_OF_YEAR": edge,
            "RETURN_TIME_AS_PERIOD": True,
        },
    )
