"""The short form of `make chaos`: each fault once."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.chaos.databases import DATABASES, own_directory
from tests.chaos.postgresql import program
from tests.chaos.run import Plan, Row, Trial, trial
from tests.chaos.site import Answer, BrokenError, Site
from tests.chaos.words import words_of
from tests.chaos.writers import Anybody

pytestmark = [pytest.mark.outside, pytest.mark.timeout(600)]
SHORT = Plan(rounds=2, restarts=4)


@pytest.fixture
def directory() -> Iterator[Path]:
    with own_directory() as made:
        yield made


def rows_of(running: Trial) -> list[Row]:
    """Do all of it; raises BrokenError at what must not happen."""
    return list(running.rows())


@pytest.mark.parametrize("name", DATABASES)
def test_what_was_acknowledged_is_there_once_and_who_is_refused_is_told(
    name: str, directory: Path
) -> None:
    if name == "postgresql" and not program("initdb"):
        pytest.skip("There is no initdb on this machine.")
    with (
        DATABASES[name](directory) as database,
        trial(database, directory, SHORT, print) as running,
    ):
        faults = {row.fault: row for row in rows_of(running)}
    assert faults["the server killed"].cut_off > 0
    assert faults["only read"].refused > 0
    assert sum(row.acknowledged for row in faults.values()) > 0


@pytest.mark.parametrize("found", [[], ["once", "once"], ["once", "never sent"], ["other"]])
def test_a_lost_todo_and_a_doubled_one_are_noticed(directory: Path, found: list[str]) -> None:
    """So that the other test can fail."""
    writer = Anybody(Site(directory, "sqlite://"), "bob", Random(1))
    writer.todos = ["once"]
    writer.compare(["once"])
    with pytest.raises(BrokenError, match="The list of bob is wrong"):
        writer.compare(found)


JSON = {"content-type": "application/json"}
ANSWERS = {
    "a fault": Answer(500, JSON, b'{"detail": "Try again."}'),
    "no time": Answer(503, JSON, b'{"detail": "Try again."}'),
    "no words": Answer(503, {**JSON, "retry-after": "5"}, b"{}"),
    "a page for a program": Answer(
        503, {"content-type": "text/html", "retry-after": "5"}, b"<p>Try again.</p>"
    ),
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_who_is_told_nothing_is_noticed(answer: Answer) -> None:
    words_of("GET /", Answer(503, {**JSON, "retry-after": "5"}, b'"Try again."'), page=False)
    with pytest.raises(BrokenError, match="GET /"):
        words_of("GET /", answer, page=False)
