"""The backend for PostgreSQL, and the statements that the driver runs."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, connections
from django.db.utils import OperationalError, ProgrammingError

from api.compiled import Statement

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite hangs up on nobody"),
]


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A connection as a worker's thread keeps it."""
    kept = connections.create_connection("default")
    kept.settings_dict = {**kept.settings_dict, "CONN_MAX_AGE": None}
    kept.ensure_connection()
    yield kept
    kept.close()


def begin_request(kept: Any) -> None:
    kept.close_if_unusable_or_obsolete()


def hang_up(kept: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [kept.connection.info.backend_pid])
    deadline = time.monotonic() + 60
    while kept.is_usable() and time.monotonic() < deadline:
        time.sleep(0.01)


def test_a_connection_that_the_server_closed_is_opened_anew(kept: Any) -> None:
    hang_up(kept)
    begin_request(kept)
    with kept.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


def test_a_good_connection_is_kept_and_not_asked(kept: Any) -> None:
    pid = kept.connection.info.backend_pid
    begin_request(kept)
    with kept.execute_wrapper(None), kept.cursor():  # a query would call it
        assert kept.connection.info.backend_pid == pid


@pytest.mark.parametrize(("threshold", "prepared"), [(2, 1), (None, 0)])
def test_a_statement_is_prepared_unless_a_proxy_would_not_know_it(
    threshold: int | None, prepared: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection.ensure_connection()
    monkeypatch.setattr(connection.connection, "prepare_threshold", threshold)
    statement = Statement("SELECT %s::text, 'for a proxy'")
    for word in ("one", "two", "three", "four"):
        assert statement.rows([word]) == [(word, "for a proxy")]
    seen = Statement("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s")
    assert seen.rows(["%for a proxy%"]) == [(prepared,)]


def test_an_error_of_the_driver_is_django_s() -> None:
    with pytest.raises(ProgrammingError):
        Statement("SELECT nothing").rows([])


def test_a_connection_that_breaks_within_a_request_says_so(kept: Any) -> None:
    kept.close_if_health_check_failed()
    hang_up(kept)
    with pytest.raises(OperationalError), kept.cursor() as cursor:
        cursor.execute("SELECT 1")
