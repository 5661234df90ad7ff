"""The simulator meets a server that knows no revision but those with a handshake."""

from collections.abc import Iterator

import pytest

from api.fetching import Fetcher
from plugins.linter.checking import check
from tests.programs import python
from tests.simulator.conftest import Said, step
from tests.simulator.foreign.process import ForeignServer, foreign_server

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="session")
def first_generation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForeignServer]:
    module = f"{__package__}.first_generation_server"
    directory = tmp_path_factory.mktemp("first")
    with foreign_server(module, directory, program=python("langchain")) as server:
        yield server


def test_it_is_told_that_newer_clients_are_not_answered(first_generation: ForeignServer) -> None:
    [found] = check(f"{first_generation.url}/mcp", fetcher=Fetcher(loopback=True)).findings
    assert (found.rule, found.level) == ("mcp.eras", "warning")
    assert "no answer to server/discover" in found.found


def test_it_is_installed_and_called(first_generation: ForeignServer) -> None:
    said = step("install_plugin", f"{first_generation.url}/mcp", "--name", "notes")
    assert (said.status, said.err) == (0, "")
    assert step("call_plugin", "notes", "getNotes", "name=bread") == Said("bread\n", "", 0)
    failed = step("call_plugin", "notes", "failNote")
    assert failed.status == 1 and "There is no such note." in failed.out
    assert step("uninstall_plugin", "notes").status == 0
