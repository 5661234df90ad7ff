"""The invented league behind both sources, and the real data."""

import ssl
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

from sports.datasets import Dataset, read_dataset
from sports.management.commands.load_sports import FIELDS
from sports.sources import http
from sports.sources.upstream import make_source, upstream_source
from sports.writing import write
from tests.clients.live_site import LiveSite, ServedPlugin
from tests.conftest import Mount, mount_of
from tests.sports import league
from tests.sports.provider import KEY, Provider, provider


@pytest.fixture
def sports() -> Mount:
    return mount_of("sports")


@pytest.fixture(scope="session")
def statements() -> list[tuple[str, Any]]:
    """The SQL that stores the league, once it was recorded: Django takes long to write it."""
    return []


@pytest.fixture
def stored_league(db: None, statements: list[tuple[str, Any]]) -> None:
    def record(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        assert not many
        statements.append((sql, params))
        return execute(sql, params, many, context)

    if not statements:
        with connection.execute_wrapper(record):
            league.store()
        return
    with connection.cursor() as cursor:
        for sql, params in statements:
            cursor.execute(sql, params)


one_ssl_context = cache(ssl.create_default_context)
"""Reading the list of authorities takes longer than a test, and no test here uses TLS."""


@pytest.fixture
def upstream(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """The plugin asks a provider on loopback, which has today's shape."""
    monkeypatch.setattr(ssl, "create_default_context", one_ssl_context)
    monkeypatch.setattr(http, "FIRST_PAUSE", 0.02)
    with provider() as server:
        settings.SPORTS_SOURCE = "upstream"
        settings.SPORTS_UPSTREAM_URL = f"{server.url}/v1"
        settings.SPORTS_UPSTREAM_KEY = KEY
        settings.SPORTS_UPSTREAM_SECONDS = 2.0
        yield server
        upstream_source().api.client.close()
        make_source.cache_clear()


@pytest.fixture
def old_upstream(upstream: Provider, settings: Any) -> Provider:
    settings.SPORTS_UPSTREAM_URL = f"{upstream.url}/api/v1"
    return upstream


@pytest.fixture(params=["stored_league", "upstream", "old_upstream"])
def source(request: pytest.FixtureRequest, db: None) -> str:
    """The league, from each source one after the other."""
    request.getfixturevalue(request.param)
    return str(request.param)


@pytest.fixture(scope="session")
def read_once() -> Dataset:
    return read_dataset()


@pytest.fixture(scope="module")
def dataset(read_once: Dataset) -> Dataset:
    """What the packages carry, and no database has numbered."""
    for stat in read_once.stats:
        stat.pk = None
    return read_once


@pytest.fixture(scope="module")
def real_data(
    dataset: Dataset, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Dataset]:
    """The real data in the database, while one module's tests run."""
    with django_db_blocker.unblock(), transaction.atomic():
        write(dataset.rows, FIELDS)
        yield dataset
        transaction.set_rollback(True)


@pytest.fixture(scope="session")
def served_sports(production_site: LiveSite) -> ServedPlugin:
    """The plugin on a site that runs as in production, with the real data loaded."""
    production_site.manage("load_sports")
    return production_site.plugins["sports"]
