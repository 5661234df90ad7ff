"""Dates in any common spelling."""

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Literal

from dateparser.date import DateDataParser

Edge = Literal["first", "last"]
LONGEST = 60  # characters of a date
END_OF_DAY = time(23, 59, 59, 999_999)
YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
WEEK = re.compile(r"\d{4}-?W\d\d")
MONTH = re.compile(r"jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|\d[./-]\d", re.I)
WEEKDAY = re.compile(r"\b(mon|tue|wed|thu|fri|sat|sun)", re.I)
DAY = re.compile(r"(?<![\d:])\d{1,2}(?![\d:])")
ISO_LIKE = re.compile(r"\d{4}-\d\d-\d\d")
DOTTED = re.compile(r"\d{1,2}\.\s?\d{1,2}\.\s?\d{4}\b")


def read_date(text: str, *, edge: Edge = "first") -> datetime:
    """Return the moment that a text names, in UTC unless it says otherwise.

    What it leaves open (the time of a day, the day of a month) is the first there is, or the
    last. Of numbers alone, 3/5/2024 is the fifth of March, as in the US, and 3.5.2024 the third
    of May, as in Europe. Raises ValueError for what names no date: a year needs its four digits,
    and nothing is ever taken from the day on which it is read.
    """
    text = text.strip()
    if not text or len(text) > LONGEST:
        raise ValueError("not a date")
    moment, days = _iso(text) or _unix(text) or _words(text, edge)
    try:
        if days and edge == "last":
            last = moment + timedelta(days=days - 1)
            moment = datetime.combine(last, END_OF_DAY, moment.tzinfo)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError as error:
        raise ValueError("not a date") from error


def _iso(text: str) -> tuple[datetime, int] | None:
    """Read ISO 8601 (RFC 3339): a moment, and how many whole days it stands for."""
    try:
        day = datetime.combine(date.fromisoformat(text), time.min)
    except ValueError:
        pass
    else:
        return day, 7 if WEEK.fullmatch(text) else 1
    try:
        return datetime.fromisoformat(text), 0
    except ValueError:
        return None


def _unix(text: str) -> tuple[datetime, int] | None:
    """Read seconds since 1970, of nine or ten digits: fewer are a year, or nothing."""
    if text.isascii() and text.isdigit() and 9 <= len(text) <= 10:
        return datetime.fromtimestamp(int(text), UTC), 0
    return None


def _words(text: str, edge: Edge) -> tuple[datetime, int]:
    year = YEAR.search(text)
    # No year, or one that may be another; ISO 8601 that is wrong.
    if not year or ISO_LIKE.match(text):
        raise ValueError("not a date")
    # A time without a month, a weekday without a day: today would give them.
    if not (text == year[0] or MONTH.search(text)) or (
        WEEKDAY.search(text) and not DAY.search(text)
    ):
        raise ValueError("not a date")
    try:
        found = _parser(edge, "DMY" if DOTTED.match(text) else "MDY").get_date_data(text)
    except (ValueError, OverflowError, IndexError, AttributeError) as error:
        raise ValueError("not a date") from error
    if found is None or found.date_obj is None:
        raise ValueError("not a date")
    return found.date_obj, found.period != "time"


@cache
def _parser(edge: Edge, order: str) -> DateDataParser:
    return DateDataParser(
        languages=["en"],
        settings={
            "DATE_ORDER": order,
            "PARSERS": ["absolute-time"],  # none that counts from now
            "REQUIRE_PARTS": ["year"],
            "PREFER_DAY_OF_MONTH": edge,
            "PREFER_MONTH_OF_YEAR": edge,
            "RETURN_TIME_AS_PERIOD": True,
        },
    )
