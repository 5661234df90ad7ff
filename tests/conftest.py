"""The cast of the tests, and the plugins at both of their mounts.

Ann and Bob have accounts; each holds a personal token. Eve has neither, or somebody else's.
"""

import gc
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest
from django.contrib.auth.models import User
from django.core.cache import cache as django_cache
from django.core.signals import setting_changed
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.client import ClientHandler

from accounts.mail import SENDER
from api import throttling
from oauth_demo.models import NOTED, Token
from plugins.plugin import Plugin
from plugins.short_way import ShortWay
from retrieval.indexes import vector_index  # <examples></examples>
from tests.clients.live_site import LiveSite, live_site
from tests.development_server import DevelopmentServer, development_server
from tests.site.plugins import PLUGINS
from todos.urls import TODO_API

TODO_PLUGINS = [plugin.slug for plugin in PLUGINS if plugin.api is TODO_API]

HERE = Path(__file__).parent
OUTSIDE = [HERE / each for each in ("browser", "clients", "conformance", "oauth/clients")]
SITES = ["production_site", "development_site"]
"""Fixtures that are servers in processes of their own; what takes longest to start comes first."""


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Spare the inner loop the import of what it would not run."""
    return True if config.option.markexpr == "not outside" and collection_path in OUTSIDE else None


@pytest.hookimpl(wrapper=True, tryfirst=True)  # marks come before `-m` chooses by them
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Mark as `outside` what stands in certain folders or asks for a server that listens.

    What asks for a site comes first: one worker starts it, and the other takes over the rest.
    Of that, what may take longest comes first: no worker is to begin it when the other is done.
    What has less time than others comes last: the first of all makes the database in its time.
    """
    for item in items:
        listens = not fixtures(item).isdisjoint({"live_server", *SITES})
        if listens or any(folder in item.path.parents for folder in OUTSIDE):
            item.add_marker("outside")
    yield
    items.sort(
        key=lambda item: (
            *(site not in fixtures(item) for site in SITES),
            -time_of(item),
        )
    )


def time_of(item: pytest.Item) -> float:
    """Return how many seconds a test may take."""
    mark = item.get_closest_marker("timeout")
    return float(mark.args[0] if mark else item.config.getini("timeout"))


def fixtures(item: pytest.Item) -> set[str]:
    return set(getattr(item, "fixturenames", ()))


for client in (httpx, httpx2):
    vars(client._config.DEFAULT_TIMEOUT_CONFIG).update(connect=60, read=60, write=60, pool=60)
"""A server of a test's own may take longer than their five seconds: other tests run beside it."""

gc.disable()
"""Nearly all that is made until the tests run stays to the end: no use to look for garbage."""


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop() -> None:
    gc.freeze()
    gc.enable()


@dataclass(frozen=True)
class Mount:
    """One of the two places where a plugin answers; called as a client would call it."""

    plugin: Plugin
    host: str
    prefix: str
    client: Client

    @property
    def url(self) -> str:
        return f"http://{self.host}{self.prefix}"

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str | None = None,
        headers: dict[str, str] | None = None,
        raw: bytes | None = None,
        content_type: str = "application/json",
    ) -> Any:
        """Send a request and return Django's response. `body` is sent as JSON, `raw` as it is."""
        headers = {"host": self.host, **(headers or {})}
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
        data = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        return self.client.generic(
            method, f"{self.prefix}{path}", data, content_type, headers=headers
        )

    def get(self, path: str, **kwargs: Any) -> Any:
        return self.call("GET", path, **kwargs)

    def post(self, path: str, body: Any = None, **kwargs: Any) -> Any:
        return self.call("POST", path, body, **kwargs)

    def delete(self, path: str, body: Any = None, **kwargs: Any) -> Any:
        return self.call("DELETE", path, body, **kwargs)


def mount_of(slug: str, at: str = "prefix") -> Mount:
    plugin = next(plugin for plugin in PLUGINS if plugin.slug == slug)
    client = Client(raise_request_exception=False)
    if at == "prefix":
        return Mount(plugin, "localhost", f"/{slug}", client)
    return Mount(plugin, f"{slug}.localhost", "", client)


@pytest.fixture(params=[plugin.slug for plugin in PLUGINS])
def plugin(request: pytest.FixtureRequest) -> Plugin:
    """Every plugin, one after the other."""
    return next(plugin for plugin in PLUGINS if plugin.slug == request.param)


@pytest.fixture(params=["prefix", "host"])
def mount(request: pytest.FixtureRequest, plugin: Plugin) -> Mount:
    """Every plugin at both of its mounts."""
    return mount_of(plugin.slug, request.param)


@pytest.fixture
def todo() -> Mount:
    return mount_of("todo")


@pytest.fixture
def todo_service() -> Mount:
    return mount_of("todo-service")


@pytest.fixture
def todo_user() -> Mount:
    return mount_of("todo-user")


@pytest.fixture
def ann(db: None) -> User:
    return User.objects.create_user("ann", password="anns-password")


@pytest.fixture
def bob(db: None) -> User:
    return User.objects.create_user("bob", password="bobs-password")


@pytest.fixture
def service_token(db: None) -> str:
    return Token.objects.issue(plugin="todo-service", name="ChatGPT")[1]


@pytest.fixture
def anns_token(ann: User) -> str:
    return Token.objects.issue(plugin="todo-user", name="Laptop", user=ann)[1]


@pytest.fixture
def bobs_token(bob: User) -> str:
    return Token.objects.issue(plugin="todo-user", name="Phone", user=bob)[1]


@pytest.fixture(scope="session", autouse=True)
def as_servers_do() -> Iterator[None]:
    """Let the test client's requests go the way that a server's go: the short one, or the long."""
    take_long_way = ClientHandler.get_response

    def get_response(handler: ClientHandler, request: Any) -> Any:
        way = short_way()
        place = way.find(request)
        if place is None:
            return take_long_way(handler, request)
        response = way.answer(request)
        if not isinstance(response, HttpResponse):
            response = response.as_http()
        for name, value in place.headers:
            response[name] = value
        return response

    def forget(**kwargs: Any) -> None:
        short_way.cache_clear()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ClientHandler, "get_response", get_response)
        # As the test client has it: a test is one transaction, on one connection.
        patch.setattr("plugins.short_way.close_old_connections", lambda: None)
        setting_changed.connect(forget)
        yield
        setting_changed.disconnect(forget)


@cache
def short_way() -> ShortWay:
    return ShortWay()


@pytest.fixture(scope="session")
def production_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveSite]:
    """The real site in processes of its own: one for all tests, or for all of one worker's."""
    with live_site(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(scope="session")
def development_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevelopmentServer]:
    """The site as `make run` runs it, with its demo in it."""
    with development_server(tmp_path_factory.mktemp("development")) as running:
        yield running


@pytest.fixture(autouse=True)
def no_late_letters() -> Iterator[None]:
    """Letters are sent from a thread: none of a test's is to be found by the next."""
    yield
    SENDER.submit(lambda: None).result()


@pytest.fixture(autouse=True)
def fresh_cache() -> Iterator[None]:
    """Nobody is throttled for what another test did, and no use is taken for noted."""
    yield
    django_cache.clear()
    NOTED.clear()


@pytest.fixture(autouse=True)
def one_minute() -> Iterator[None]:
    """No window of throttling ends while a test counts to its limit."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(throttling, "now", lambda: 1_000_000.0)
        yield


# <examples>
@pytest.fixture(autouse=True)
def fresh_index() -> Iterator[None]:
    """A test's database is undone, and its numbers are given again: no index may remember it."""
    yield
    vector_index.cache_clear()
    # </examples>


@pytest.fixture(scope="session", autouse=True)
def no_connection_left(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """End what threads of a listening server still hold, so that the database can be dropped."""
    yield
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
