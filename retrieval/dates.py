"""Dates in any common spelling."""

import re
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any, Literal

from dateutil.parser import parser, parserinfo

Edge = Literal["first", "last"]
LONGEST = 60  # characters of a date
END_OF_DAY = time(23, 59, 59, 999_999)
DAYS = (
    r"[12][0-9]{3}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
    r"|02-(0[1-9]|1[0-9]|2[0-8]))|((1[26]|2[048])00|[12][0-9](0[48]|[2468][048]|[13579][26]))-02-29"
)
TIMES = r"T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9])?"
ISO = rf"^({DAYS})({TIMES})?$"
"""What the documents say of a date, which is one spelling of many: a day that exists, and perhaps a
time. By `format: date`, typed clients would cut the time off."""
UNIX = re.compile(r"[0-9]{9,10}")  # seconds since 1970; fewer digits are a day, a year, or nothing
YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
MOMENT = re.compile(r"(\d{4}-?\d\d-?\d\d|\d{4}-?W\d\d(-?\d)?)[Tt ]\d")
WEEK = re.compile(r"\d{4}-?W\d\d")
WEEKDAY = re.compile(r"\b(mon|tue|wed|thu|fri|sat|sun)", re.I)
TIME = re.compile(r"\d:\d|\d\s*([ap]m|h)", re.I)
ISO_LIKE = re.compile(r"\d{4}-\d\d-\d\d")  # were it ISO 8601, it would be read by now
DOTTED = re.compile(r"(\d{1,2}\.\s?){1,2}\d{4}\b")
DECIMAL = re.compile(r"(?<![.:\d])\d+\.\d+(?![.\d])")  # but of seconds
NUMBERS = re.compile(r"[\d\s:]+")
ZONES = {"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}
OFFSET = re.compile(r"\b(UTC|GMT)(?=[+-]\d)", re.I)  # "GMT+1" is an hour ahead, as "+1" is


class OtherWeekdayError(ValueError):
    """The day of the week is not that of the date: one of the two is wrong."""


def read_date(text: str, *, edge: Edge = "first") -> datetime:
    """Return the moment that a text names, in UTC unless it says otherwise.

    What it leaves open (the time of a day, the day of a month) is the first there is, or the
    last. Of numbers alone, 3/5/2024 is the fifth of March, as in the US, and 3.5.2024 the third
    of May, as in Europe. Raises ValueError for what names no date: a year needs its four digits,
    and nothing is ever taken from the day on which it is read.
    """
    text = text.strip()
    try:
        if len(text) > LONGEST:
            raise ValueError("too long")
        if UNIX.fullmatch(text):
            return datetime.fromtimestamp(int(text), UTC)
        moment, days = _iso(text) or _words(text, edge)
        if days and edge == "last":
            last = moment + timedelta(days=days - 1)
            moment = datetime.combine(last, END_OF_DAY, moment.tzinfo)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OtherWeekdayError:
        raise
    except (ValueError, OverflowError) as error:
        raise ValueError("not a date") from error


def _iso(text: str) -> tuple[datetime, int] | None:
    """Read ISO 8601 (RFC 3339): a moment, and how many whole days it stands for."""
    with suppress(ValueError):
        day = datetime.combine(date.fromisoformat(text), time.min)
        return day, 7 if WEEK.fullmatch(text) else 1
    with suppress(ValueError):
        if MOMENT.match(text):  # Python takes any one character between the two
            return datetime.fromisoformat(text), 0
    return None


def _words(text: str, edge: Edge) -> tuple[datetime, int]:
    """Read a date as people write it, in English.

    It is read twice, each time with other values for the parts that it may lack: where the two
    readings differ, it lacks one.
    """
    year = YEAR.search(text)
    dotted = DOTTED.match(text)
    plain = OFFSET.sub("", DOTTED.sub(lambda date: date[0].replace(".", "/"), text))
    if not year or ISO_LIKE.match(text) or DECIMAL.search(plain):
        raise ValueError("not a date")
    first, last = (
        PARSER.parse(plain, default=default, dayfirst=dotted is not None, tzinfos=_zone)
        for default in DEFAULTS
    )
    timed = first.hour == last.hour
    no_day = first.day != last.day
    if (
        {first.year, last.year} != {int(year[0])}
        or (first.month != last.month and text != year[0])
        or (no_day and (timed or WEEKDAY.search(text)))
        or (timed and not TIME.search(text))
        or (not timed and first.time() != time.min)  # minutes of no hour
        or (text != year[0] and NUMBERS.fullmatch(text))
    ):
        raise ValueError("not a date")
    said = WEEKDAY.search(text)
    if said and f"{first:%a}".lower() != said[1].lower():
        raise OtherWeekdayError(f"{first:%Y-%m-%d} was a {first:%A}.")
    return (first if edge == "first" else last), not timed


def _zone(name: str | None, offset: int | None) -> timezone | None:
    """Return a time zone by its distance from UTC; most names stand for several."""
    if name and offset is None:
        raise ValueError("not a date")
    return None if offset is None else timezone(timedelta(seconds=offset))


class English(parserinfo):
    """English dates, the zones of RFC 2822 among them; no year of two digits."""

    JUMP = [" ", ".", ",", "-", "/", "at", "on", "of", "the", "st", "nd", "rd", "th", "t"]
    WEEKDAYS: Any = [
        *(("mon", "monday"), ("tue", "tues", "tuesday"), ("wed", "wednesday")),
        *(("thu", "thur", "thurs", "thursday"), ("fri", "friday")),
        *(("sat", "saturday"), ("sun", "sunday")),
    ]
    TZOFFSET = {zone: 3600 * hours for zone, hours in ZONES.items()}

    def convertyear(self, year: int, century_specified: bool = False) -> int:
        if year < 1000:  # to complete it, one would look at the clock
            raise ValueError("not a date")
        return year


PARSER = parser(English())
DEFAULTS = (datetime(2000, 1, 1), datetime(2004, 12, 31, 1))
