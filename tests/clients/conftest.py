"""The plugins of the real site, as clients meet them that nobody here wrote."""

from collections.abc import Iterator

import httpx
import pytest

from tests.clients.caller import Caller
from tests.clients.live_site import TODO_PLUGINS, LiveSite, ServedPlugin
from tests.site.plugins import PLUGINS


@pytest.fixture(params=[plugin.slug for plugin in PLUGINS])
def served(request: pytest.FixtureRequest, production_site: LiveSite) -> ServedPlugin:
    """Every plugin of the running site, one after the other."""
    return production_site.plugins[request.param]


@pytest.fixture(params=[plugin.slug for plugin in TODO_PLUGINS])
def todo_plugin(request: pytest.FixtureRequest, production_site: LiveSite) -> ServedPlugin:
    """Every plugin whose API is that of todos."""
    return production_site.plugins[request.param]


@pytest.fixture
def caller(todo_plugin: ServedPlugin) -> Caller:
    return Caller(todo_plugin)


class LoopbackTransport(httpx.HTTPTransport):
    """Takes every name for this machine, as `*.localhost` should be (RFC 6761 section 6.3)."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        sent = httpx.Request(
            request.method,
            request.url.copy_with(host="127.0.0.1"),
            headers=request.headers,
            stream=request.stream,
            extensions=request.extensions,
        )
        return super().handle_request(sent)


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    """A plain HTTP client, which finds every plugin's own host."""
    with httpx.Client(transport=LoopbackTransport()) as client:
        yield client
