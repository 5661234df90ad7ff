"""Servers that nobody here wrote, each started once."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.simulator.conftest import Person
from tests.simulator.foreign.process import ForeignServer, foreign_server


@pytest.fixture(scope="session")
def authlib_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForeignServer]:
    with foreign_server(
        f"{__package__}.authlib_server", tmp_path_factory.mktemp("authlib")
    ) as server:
        yield server


@pytest.fixture
def authlib(authlib_process: ForeignServer) -> ForeignServer:
    authlib_process.set(anew=True)
    return authlib_process


@pytest.fixture(scope="session")
def sdk_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForeignServer]:
    with foreign_server(f"{__package__}.sdk_server", tmp_path_factory.mktemp("sdk")) as server:
        yield server


@pytest.fixture
def sdk(sdk_process: ForeignServer) -> ForeignServer:
    sdk_process.set(anew=True)
    return sdk_process


def answering(
    answer: str = "yes", *, before_the_way_back: Callable[[str], object] = lambda url: None
) -> Person:
    """Return a person who looks at what is asked for, answers, and goes back."""

    def person(url: str) -> None:
        with httpx.Client() as browser:
            page = browser.get(url)
            if page.status_code == 200:
                page = browser.post(url, data={"agree": answer})
            if "location" in page.headers:
                before_the_way_back(page.headers["location"])
                browser.get(page.headers["location"])

    return person
