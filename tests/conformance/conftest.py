"""A site with a plugin for the suite, and a place to say what was counted."""

from collections.abc import Iterator

import pytest

from tests.clients.live_site import LiveSite, live_site
from tests.programs import node

COUNTS = pytest.StashKey[list[str]]()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveSite]:
    """The running site, and on it one plugin more, whose tools are the suite's."""
    node()  # or there is nothing to serve it for
    directory = tmp_path_factory.mktemp("conformance")
    with live_site(directory, DJANGO_SETTINGS_MODULE="tests.conformance.settings") as site:
        yield site


@pytest.fixture
def counts(pytestconfig: pytest.Config) -> list[str]:
    """Lines that stand below the results."""
    return pytestconfig.stash.setdefault(COUNTS, [])


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    for line in config.stash.get(COUNTS, []):
        terminalreporter.write_line(line)
