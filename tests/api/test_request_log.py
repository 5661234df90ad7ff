"""What is noted of a request, however it is answered; and the figures that are made of it."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from api import metrics
from api.request_log import RequestLog, Row

ENVIRON = {"REQUEST_METHOD": "GET", "PATH_INFO": "/todo", "REMOTE_ADDR": "203.0.113.7"}


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> RequestLog:
    monkeypatch.setattr("api.request_log.SECONDS", 0.0)  # no thread of its own
    return RequestLog()


@pytest.fixture
def read(log: RequestLog) -> list[Row]:
    rows: list[Row] = []
    log.readers.append(rows.extend)
    return rows


def answering(body: Iterable[bytes]) -> Callable[..., Iterable[bytes]]:
    def application(environ: Any, start_response: Any) -> Iterable[bytes]:
        start_response("404 Not Found", [("A", "b")])
        return body

    return application


def test_where_nobody_reads_nothing_is_around_the_application(log: RequestLog) -> None:
    application = answering([])
    assert log.around(application) is application
    environ: dict[str, Any] = {}
    log.arrived(environ)
    log.add_refused({**ENVIRON}, 408)
    assert environ == {} and not log.rows


def test_an_answer_in_one_is_noted_with_its_status_and_named(
    log: RequestLog, read: list[Row]
) -> None:
    said: list[Any] = []
    log.arrived(environ := {**ENVIRON})
    log.around(answering([b"x"]))(environ, lambda *each: said.append(each))
    log.hand_on()
    [row] = read
    assert (row.status, row.path, row.address) == (404, "/todo", "203.0.113.7")
    assert said == [("404 Not Found", [("A", "b"), ("X-Request-ID", row.id)])]


def test_an_answer_in_pieces_is_noted_once_when_it_is_over(
    log: RequestLog, read: list[Row]
) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"a"
        yield b"b"

    answer: Any = log.around(answering(pieces()))({**ENVIRON}, lambda *each: None)
    assert list(answer) == [b"a", b"b"] and not log.rows
    answer.close()
    answer.close()
    log.hand_on()
    assert len(read) == 1


def test_what_raises_is_noted_as_failed(log: RequestLog, read: list[Row]) -> None:
    def application(environ: Any, start_response: Any) -> Iterable[bytes]:
        raise LookupError

    with pytest.raises(LookupError):
        log.around(application)({**ENVIRON}, None)
    log.hand_on()
    assert [row.status for row in read] == [500]


def test_what_the_server_refuses_is_noted_where_it_is_a_request(
    log: RequestLog, read: list[Row]
) -> None:
    log.add_refused({**ENVIRON}, 408)
    log.add_refused({}, 400)
    log.hand_on()
    assert [row.status for row in read] == [408]


def test_figures_count_requests_refusals_and_time() -> None:
    row = Row(0.0, "id", "notes-of-a-test", "GET notes", "GET", "/", 200, 0.003, "::")
    metrics.observe([row, row._replace(status=429), row._replace(status=404)])
    said = metrics.exposition().decode()
    labels = 'operation="GET notes",plugin="notes-of-a-test"'
    assert f'site_requests_total{{{labels},status="4xx"}} 2.0' in said
    assert 'site_refusals_total{plugin="notes-of-a-test",status="429"} 1.0' in said
    assert f'site_request_seconds_bucket{{le="0.005",{labels}}} 3.0' in said
