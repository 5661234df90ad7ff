"""A request that failed is found in the log by the name that its answer says."""

import json
import logging
import sys

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from api.log_lines import (
    JSONFormatter,
    TextFormatter,
    access_json,
    access_text,
    as_sent,
    hidden,
    pieces,
)
from api.request_log import RequestLog, Row, Running, running

ROW = Row(0.5, "name-1", "todo", "GET todos", "GET", "/todo/caf\xc3\xa9\n", 200, 0.0012, "::")


def record(message: str, *, failed: bool = False) -> logging.LogRecord:
    if not failed:
        return logging.LogRecord("api", logging.ERROR, "", 1, message, (), None)
    try:
        raise ValueError("at /accounts/reset/MQ/secret/ in\nlines")
    except ValueError:
        return logging.LogRecord("api", logging.ERROR, "", 1, message, (), sys.exc_info())


@pytest.mark.parametrize("formatter", [JSONFormatter(), TextFormatter()])
def test_what_is_logged_names_its_request_and_no_secret(formatter: logging.Formatter) -> None:
    request = RequestFactory().get("/?token=secret")
    logged = record("Not Found: /accounts/reset/MQ/secret/", failed=True)
    logged.request = request
    said = formatter.format(logged)
    assert request.META["site.request_id"] in said
    assert "secret" not in said
    assert "ValueError" in said
    assert "site.request_id" not in formatter.format(record("Outside of any"))


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/reset/MQ/a'secret/",
        "/accounts/RESET/MQ/secret/",
        "/accounts/./reset/MQ/secret/",
        "//accounts///reset//MQ/secret/",
        "/accounts/../reset/./MQ/secret",
        "/accounts/.//./email/secret/",
        "/accounts/x/../reset/MQ/secret/",
        "/x/../accounts/x/y/../../reset/./MQ/secret",
        "/accounts/reset/MQ/secret/reset/x",
        "/accounts/email/secret/accounts/reset/x",
        "/accounts/reset/ MQ/secret/",
        '/accounts/a b?c/../reset/MQ/"\u2028 secret',
    ],
)
def test_no_spelling_of_a_path_shows_its_secret(path: str) -> None:
    assert "secret" not in TextFormatter().format(record(f"Not Found: {path}"))
    assert "secret" not in as_sent(path)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "piece", ["/accounts/", "/accounts", "/accounts/x", "/accounts/reset", "/"]
)
def test_a_long_line_is_looked_through_once(piece: str) -> None:
    """Whose time grows with the square of its length would stop all that a process does."""
    hidden(piece * 1_000_000)


def test_json_is_one_line() -> None:
    said = JSONFormatter().format(record("two\nlines", failed=True))
    assert "\n" not in said
    assert json.loads(said)["message"] == "two\nlines"


def test_the_request_that_a_thread_answers_is_named() -> None:
    token = running.set(Running({}))
    try:
        name = running.get().id  # type: ignore[union-attr]
        assert json.loads(JSONFormatter().format(record("x")))["request_id"] == name
    finally:
        running.reset(token)


def test_a_line_of_the_access_log() -> None:
    assert access_text(ROW).decode() == (
        "1970-01-01T00:00:00.500+00:00 access 200 GET /todo/caf%C3%A9%0A 1.20 ms "
        'todo "GET todos" :: [request name-1]\n'
    )
    said = json.loads(access_json(ROW))
    assert (said["path"], said["ms"], said["status"]) == ("/todo/caf%C3%A9%0A", 1.2, 200)


def test_no_path_breaks_a_line_or_is_without_end() -> None:
    assert as_sent("/a\r\n2026 access 200") == "/a%0D%0A2026%20access%20200"
    assert len(as_sent("/" + "é" * 9000)) < 600


def test_lines_leave_in_pieces_that_a_pipe_takes_whole() -> None:
    lines = [b"x" * 1499 + b"\n"] * 5 + [b"y" * 9000 + b"\n"]
    sent = list(pieces(lines))
    assert b"".join(sent) == b"".join(lines)
    assert [len(piece) for piece in sent] == [3000, 3000, 1500, 9001]


def test_more_rows_than_can_be_written_are_counted(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, settings: Settings
) -> None:
    monkeypatch.setattr("api.request_log.WAITING_MAX", 3)
    monkeypatch.setattr("api.request_log.SECONDS", 0.0)  # no thread of its own
    log = RequestLog()
    read: list[Row] = []
    log.readers.append(read.extend)

    def application(environ: object, start_response: object) -> list[bytes]:
        return []

    noted = log.around(application)
    for _ in range(5):
        noted({"REQUEST_METHOD": "GET"}, None)
    log.hand_on()
    assert len(read) == 3
    assert "2 requests more than could be noted" in caplog.text
