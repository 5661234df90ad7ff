"""A connection to SQLite is kept until a statement fails on it."""

from collections.abc import Iterator

import pytest
from django.db import OperationalError, close_old_connections, connection

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has its own"),
]


@pytest.fixture(autouse=True)
def as_in_use(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Tests else keep no connection from one request to the next."""
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", None)
    connection.close()
    yield
    connection.close()


def ask(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def opened() -> object:
    """Return the driver's own connection that the next request gets."""
    close_old_connections()
    ask("SELECT 1")
    return connection.connection


def test_a_connection_is_kept() -> None:
    assert opened() is opened()


def test_a_file_is_opened_anew_after_an_error() -> None:
    """It may have been opened when nobody might write to it."""
    before = opened()
    with pytest.raises(OperationalError):
        ask("nonsense")
    assert opened() is not before
