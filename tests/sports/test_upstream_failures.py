"""A provider that fails costs bounded time, and is told of in words that leak nothing."""

import logging
import time
from typing import Any

import pytest

from sports.sources import http
from sports.sources.http import MAX_BYTES, retry_after
from sports.sources.upstream import upstream_source
from tests.conftest import Mount
from tests.sports.league import GAMES
from tests.sports.provider import KEY, Provider, provider

SLOWEST = 6.0  # seconds; SPORTS_UPSTREAM_SECONDS is 2 here, or less where it runs out

OPERATIONS = ["/teams", "/players", "/games", "/stats", "/season_averages?player_ids=100"]

FAULTS = {
    # What goes wrong, how often, and what is answered.
    "slow 5": (1, 504, "took too long"),
    "drip 0.2": (1, 504, "took too long"),
    "wait 60": (1, 503, "Try again in 60 seconds."),
    "wait 0": (3, 503, "Try again in"),
    "status 500": (3, 502, "with an error or with something unreadable"),
    "status 502": (3, 502, "with an error"),
    "status 503": (3, 503, "cannot be reached, or takes no more requests"),
    "broken": (1, 502, "something unreadable"),
    "html": (1, 502, "something unreadable"),
    "shape []": (1, 502, "something unreadable"),
    "shape null": (1, 502, "something unreadable"),
    'shape {"data": {}}': (1, 502, "something unreadable"),
    'shape {"data": [1, null]}': (1, 502, "something unreadable"),
    'shape {"data": [{"name": "no id"}]}': (1, 502, "something unreadable"),
    f"shape {'[' * 100_000}": (1, 502, "something unreadable"),
    'shape {"data": [{"id": true, "date": "2024-01-01"}]}': (1, 502, "something unreadable"),
    'shape {"data": [{"id": 5, "date": "today"}]}': (1, 502, "something unreadable"),
    "close": (3, 502, "something unreadable"),
    "cut": (3, 502, "something unreadable"),
    "huge": (1, 502, "something unreadable"),
    "redirect": (1, 502, "something unreadable"),
    "status 400": (1, 502, "something unreadable"),
    "status 404": (1, 502, "something unreadable"),
    "status 401": (1, 502, "the site's operator has to act"),
    "status 403": (1, 502, "the site's operator has to act"),
}


def assert_nothing_leaks(response: Any, server: Provider) -> None:
    sent = response.content.decode() + str(dict(response.headers))
    for secret in (KEY, str(server.server_port), "127.0.0.1", "internals", "Traceback", "httpx"):
        assert secret not in sent


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault[:40])
def test_each_failure_is_told_in_bounded_time_and_then_forgotten(
    sports: Mount, upstream: Provider, fault: str, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    times, status, words = FAULTS[fault]
    if status == 504:
        settings.SPORTS_UPSTREAM_SECONDS = 0.5
    upstream.faults = [fault] * times
    started = time.monotonic()
    with caplog.at_level(logging.DEBUG):
        response = sports.get("/games")
    assert time.monotonic() - started < SLOWEST
    assert response.status_code == status, response.content
    assert words in response.json()["detail"]
    assert (status == 503) == ("Retry-After" in response)
    assert_nothing_leaks(response, upstream)
    assert KEY not in caplog.text
    assert upstream.faults == []
    if fault != "wait 60":
        assert sports.get("/games").json()["data"] == GAMES


@pytest.mark.parametrize("path", OPERATIONS)
@pytest.mark.parametrize("face", ["", "/nba/v1"])
def test_every_operation_tells_of_a_failure(
    sports: Mount, upstream: Provider, face: str, path: str
) -> None:
    upstream.faults = ["broken"]
    response = sports.get(f"{face}{path}")
    assert response.status_code == 502
    assert_nothing_leaks(response, upstream)
    assert ("error" in response.json()) == bool(face)
    assert sports.get(f"{face}{path}").status_code == 200


@pytest.mark.parametrize("faults", [["status 500", "close"], ["status 503", "wait 0"], ["cut"]])
def test_a_passing_failure_is_not_noticed(
    sports: Mount, upstream: Provider, faults: list[str]
) -> None:
    upstream.faults = faults
    assert sports.get("/games").json()["data"] == GAMES
    assert upstream.faults == []


def test_retry_after_is_waited_for_where_it_fits(sports: Mount, upstream: Provider) -> None:
    upstream.faults = ["wait 1"]
    started = time.monotonic()
    assert sports.get("/games").json()["data"] == GAMES
    assert time.monotonic() - started >= 1


def test_a_long_retry_after_holds_everybody_back_until_it_is_over(
    sports: Mount, upstream: Provider, settings: Any
) -> None:
    settings.SPORTS_UPSTREAM_SECONDS = 0.5
    upstream.faults = ["wait 1"]
    response = sports.get("/games")
    assert (response.status_code, response["Retry-After"]) == (503, "1")
    assert sports.get("/teams").status_code == 503
    assert len(upstream.calls) == 1
    time.sleep(1.1)
    assert sports.get("/teams").status_code == 200


def test_nobody_listens_there(
    sports: Mount, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "FIRST_PAUSE", 0.02)
    with provider() as server:
        url = f"{server.url}/v1"
    settings.SPORTS_SOURCE, settings.SPORTS_UPSTREAM_URL = "upstream", url
    response = sports.get("/games")
    upstream_source().api.client.close()
    assert response.status_code == 503
    assert response["Retry-After"]
    assert_nothing_leaks(response, server)


def test_a_wrong_key_is_the_operators_to_mend(
    sports: Mount, upstream: Provider, settings: Any
) -> None:
    settings.SPORTS_UPSTREAM_KEY = "wrong-key"
    response = sports.get("/games")
    upstream_source().api.client.close()
    assert response.status_code == 502
    assert "Don't try again" in response.json()["detail"]
    assert "wrong-key" not in response.content.decode()
    assert len(upstream.calls) == 1


def test_an_answer_is_used_again_for_a_time(sports: Mount, upstream: Provider) -> None:
    for _ in range(3):
        assert sports.get("/games?team_ids=1").status_code == 200
    assert len(upstream.calls) == 1
    sports.get("/games?team_ids=2")
    assert len(upstream.calls) == 2


def test_without_a_time_every_answer_is_fresh(
    sports: Mount, upstream: Provider, settings: Any
) -> None:
    settings.SPORTS_CACHE_SECONDS = 0
    for _ in range(2):
        sports.get("/teams")
    assert len(upstream.calls) == 2
    assert upstream.connections == 1  # kept open
    upstream_source().api.client.close()


def test_filters_arrive_encoded_and_nothing_else_does(sports: Mount, upstream: Provider) -> None:
    sports.get("/players?query=o%27hazel%26x%3D1&limit=7")
    sports.get("/games?team_ids=1,2&start_date=2024-01-02")
    assert upstream.calls == [
        "/v1/players?search=o%27hazel%26x%3D1&per_page=7",
        "/v1/games?team_ids%5B%5D=1&team_ids%5B%5D=2&start_date=2024-01-02&per_page=100",
    ]


def test_the_old_shape_gets_pages(sports: Mount, old_upstream: Provider) -> None:
    cursor = sports.get("/games?limit=40").json()["meta"]["next_cursor"]
    sports.get(f"/games?limit=40&cursor={cursor}")
    assert old_upstream.calls == [
        "/api/v1/games?per_page=40&page=0",
        "/api/v1/games?per_page=40&page=2",
    ]


def test_what_a_provider_leaves_out_is_null(sports: Mount, upstream: Provider) -> None:
    upstream.faults = ['shape {"data": [{"id": 5, "last_name": "Nobody", "weight": "about 80"}]}']
    [row] = sports.get("/players").json()["data"]
    assert row == {
        "id": 5,
        "first_name": "",
        "last_name": "Nobody",
        "position": "",
        "height_feet": None,
        "height_inches": None,
        "weight_pounds": None,
        "team": None,
    }


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("5", 5),
        ("Wed, 01 Jan 2020 00:00:00 GMT", 0),
        ("Fri, 01 Jan 2100 00:00:00 GMT", 3600),
        ("99999999", 3600),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
)
def test_retry_after_is_a_number_or_a_date(value: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": value}) == seconds


def test_the_largest_answer_has_room_for_a_full_page() -> None:
    assert MAX_BYTES > 10 * 100_000
