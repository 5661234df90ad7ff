"""The plugins of the real site, as clients meet them that nobody here wrote."""

import os
import secrets
from collections.abc import Iterator

import httpx
import pytest

from config.plugins import PLUGINS
from tests.clients.caller import Caller
from tests.clients.live_site import (
    SETTINGS,
    TODO_PLUGINS,
    USERNAME,
    ServedPlugin,
    manage,
    own_database,
    running_site,
    token_for,
)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, ServedPlugin]]:
    """Every plugin by its slug, on a site that runs until the tests end."""
    directory = tmp_path_factory.mktemp("site")
    with own_database(directory) as database_url:
        environ = os.environ | SETTINGS
        environ |= {"DATABASE_URL": database_url, "SECRET_KEY": secrets.token_urlsafe(50)}
        environ["DJANGO_SUPERUSER_PASSWORD"] = secrets.token_urlsafe()
        manage(environ, "migrate", "--verbosity", "0")
        manage(environ, "collectstatic", "--no-input", "--verbosity", "0")
        manage(environ, "createsuperuser", "--no-input", f"--username={USERNAME}", "--email=")
        with running_site(environ, directory / "log") as address:
            yield {
                plugin.slug: ServedPlugin(plugin, address, token_for(plugin, environ, address))
                for plugin in PLUGINS
            }


@pytest.fixture(params=[plugin.slug for plugin in PLUGINS])
def served(request: pytest.FixtureRequest, server: dict[str, ServedPlugin]) -> ServedPlugin:
    """Every plugin of the running site, one after the other."""
    return server[request.param]


@pytest.fixture(params=[plugin.slug for plugin in TODO_PLUGINS])
def todo_plugin(request: pytest.FixtureRequest, server: dict[str, ServedPlugin]) -> ServedPlugin:
    """Every plugin whose API is that of todos."""
    return server[request.param]


@pytest.fixture
def caller(todo_plugin: ServedPlugin) -> Caller:
    return Caller(todo_plugin)


class LoopbackTransport(httpx.HTTPTransport):
    """Takes every name for this machine, as `*.localhost` should be (RFC 6761 section 6.3)."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(host="127.0.0.1")
        return super().handle_request(request)


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    """A plain HTTP client, which finds every plugin's own host."""
    with httpx.Client(transport=LoopbackTransport()) as client:
        yield client
