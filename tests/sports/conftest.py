"""The invented league behind both sources, and the real data."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from sports.datasets import Dataset, read_dataset
from sports.management.commands.load_sports import FIELDS
from sports.sources.upstream import make_source, upstream_source
from sports.writing import write
from tests.clients.live_site import LiveSite, ServedPlugin
from tests.conftest import Mount, mount_of
from tests.sports import league
from tests.sports.provider import KEY, Provider, provider


@pytest.fixture
def sports() -> Mount:
    return mount_of("sports")


@pytest.fixture
def stored_league(db: None) -> None:
    league.store()


@pytest.fixture
def upstream(settings: Any) -> Iterator[Provider]:
    """The plugin asks a provider on loopback, which has today's shape."""
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
