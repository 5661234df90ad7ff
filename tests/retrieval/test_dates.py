"""Dates in any common spelling, and what is no date."""

import re
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from retrieval import dates
from retrieval.dates import ISO, LONGEST, read_date


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024-03-05", "2024-03-05T00:00:00+00:00", "2024-03-05T23:59:59.999999+00:00"),
        ("20240305", "2024-03-05T00:00:00+00:00", "2024-03-05T23:59:59.999999+00:00"),
        ("March 2024", "2024-03-01T00:00:00+00:00", "2024-03-31T23:59:59.999999+00:00"),
        ("2024", "2024-01-01T00:00:00+00:00", "2024-12-31T23:59:59.999999+00:00"),
        ("March 5th, 2024", "2024-03-05T00:00:00+00:00", "2024-03-05T23:59:59.999999+00:00"),
        ("2024-03-05T10:30:00+02:00", "2024-03-05T08:30:00+00:00", "2024-03-05T08:30:00+00:00"),
        ("Tue, 05 Mar 2024 10:30:00 GMT", "2024-03-05T10:30:00+00:00", "2024-03-05T10:30:00+00:00"),
        ("3/5/2024", "2024-03-05T00:00:00+00:00", "2024-03-05T23:59:59.999999+00:00"),
        ("5.3.2024", "2024-03-05T00:00:00+00:00", "2024-03-05T23:59:59.999999+00:00"),
        ("2024-W10", "2024-03-04T00:00:00+00:00", "2024-03-10T23:59:59.999999+00:00"),
        ("Tuesday 5 March 2024", "2024-03-05T00:00:00+00:00", "2024-03-05T23:59:59.999999+00:00"),
        ("the 5th of March, 2024", "2024-03-05T00:00:00+00:00", "2024-03-05T23:59:59.999999+00:00"),
        ("Thurs, Feb 29 2024", "2024-02-29T00:00:00+00:00", "2024-02-29T23:59:59.999999+00:00"),
        ("February 2023", "2023-02-01T00:00:00+00:00", "2023-02-28T23:59:59.999999+00:00"),
        ("13/5/2024", "2024-05-13T00:00:00+00:00", "2024-05-13T23:59:59.999999+00:00"),
        ("3. 5. 2024", "2024-05-03T00:00:00+00:00", "2024-05-03T23:59:59.999999+00:00"),
        ("03.2024", "2024-03-01T00:00:00+00:00", "2024-03-31T23:59:59.999999+00:00"),
        ("3/2024", "2024-03-01T00:00:00+00:00", "2024-03-31T23:59:59.999999+00:00"),
        ("March 5, 2024 10 pm", "2024-03-05T22:00:00+00:00", "2024-03-05T22:00:00+00:00"),
        (
            "Tue, 5 Mar 2024 10:30 -0500 (EST)",
            "2024-03-05T15:30:00+00:00",
            "2024-03-05T15:30:00+00:00",
        ),
        ("Tue, 5 Mar 2024 10:30:00 PDT", "2024-03-05T17:30:00+00:00", "2024-03-05T17:30:00+00:00"),
        (
            "Tue Mar 05 2024 10:30:00 GMT+0100",
            "2024-03-05T09:30:00+00:00",
            "2024-03-05T09:30:00+00:00",
        ),
        ("1709632800", "2024-03-05T10:00:00+00:00", "2024-03-05T10:00:00+00:00"),
        ("1709122880", "2024-02-28T12:21:20+00:00", "2024-02-28T12:21:20+00:00"),
    ],
)
def test_a_date_is_read_in_any_common_spelling(text: str, first: str, last: str) -> None:
    assert read_date(text).isoformat() == first
    assert read_date(text, edge="last").isoformat() == last


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-05+02:00",
        "2024-03-05/07",
        "2024-03-05-07",
        "2024-W10/07",
        "now",
        "today",
        "yesterday",
        "last week",
        "10:30",
        "May",
        "5 March",
        "2024-13-45",
        "",
        " ",
        "soon",
        "0",
        "99999",
        "x" * 1000,
        "99",
        "03-04-05",
        "Monday 2024",
        "Monday, March 2024",
        "10:30 2024",
        "2024-13-01",
        "0001-01-01T00:00:00+23:00",
        "5 March 24",
        "3/5/24",
        "Tue, 05 Mar 24 10:30:00 GMT",
        "10:30 March 2024",
        "31 June 2024",
        "29 February 2023",
        "5 2024",
        "3 5 2024",
        "5 March 2024 1030",
        "5 March 1999 2024",
        "5 March 2024 10.30 am",
        "5 March 2024 3 minutes",
        "5.5 March 2024",
        "1.2.3.2024",
        "5 March 2024 10:30 CET",
        "5 March 2024 tomorrow",
        "2 days ago 2024",
        "March 2024 - May 2024",
        "2023-2024",
        "in the summer of 2024",
    ],
)
def test_what_names_no_date_is_never_taken_for_now(text: str) -> None:
    with pytest.raises(ValueError, match="date"):
        read_date(text)


PARTS = st.sampled_from(
    """
    2024 1999 24 0 5 05 31 12 3/5 3/5/24 3.5. 2024-03 10:30 10:30:15.5 1030 10.30 am pm Z GMT EST
    CET +0200 -05:30 UTC+2 January mar Sept. May Monday tue, st 5th of the at on now today noon -
    / . , : T W a h m s and or ( ) '24 20240305 1709632800
    """.split()  # noqa: SIM905  (it reads better than 60 quotes)
)
TEXTS = st.lists(st.tuples(PARTS, st.sampled_from(["", " ", ", "])), max_size=8).map(
    lambda parts: "".join("".join(part) for part in parts)
)


class NoClock(datetime):
    """A datetime whose clock nobody may look at."""

    @classmethod
    def now(cls, tz: Any = None) -> Any:
        raise AssertionError("looked at the clock")

    today = utcnow = now


@settings(suppress_health_check=[HealthCheck.too_slow])  # of a machine with much else to do
@given(TEXTS | st.text(max_size=LONGEST))
@example("10:30 March 2024")
@example("May 24")
def test_a_text_is_read_without_a_look_at_the_clock_or_refused(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dateutil.parser._parser.datetime.datetime", NoClock)
        patch.setattr(dates, "datetime", NoClock)
        patch.setattr(time, "localtime", NoClock.now)
        patch.setattr(time, "tzname", ("CET", "CEST"))
        try:
            first, last = read_date(text), read_date(text, edge="last")
        except ValueError:
            return
    assert first <= last
    assert first.tzinfo is last.tzinfo is UTC


@pytest.mark.parametrize(
    "text", ["Monday, March 5 2024", "Mon, 05 Mar 2024 10:30:00 GMT", "Sunday 3/5/2024"]
)
def test_a_weekday_that_contradicts_its_date_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="2024-03-05 was a Tuesday"):
        read_date(text)


@given(st.from_regex(ISO, fullmatch=True))
@example("2024-02-29")
@example("2000-02-29T23:59Z")
def test_whatever_the_documents_call_a_date_is_one(text: str) -> None:
    assert read_date(text).isoformat()


@pytest.mark.parametrize("text", ["2023-02-29", "1900-02-29", "2024-04-31", "2024-13-01"])
def test_the_documents_call_no_day_a_date_that_there_is_not(text: str) -> None:
    assert not re.fullmatch(ISO, text)
