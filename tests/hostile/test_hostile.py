"""The short form of `make hostile`."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.chaos.site import Site
from tests.clients.live_site import own_database
from tests.hostile.making import Known, Maker
from tests.hostile.run import attack, hostile_site, send

pytestmark = [pytest.mark.outside, pytest.mark.database, pytest.mark.timeout(600)]
COUNT = 500
SEED = 7


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Known]]:
    directory = tmp_path_factory.mktemp("hostile")
    with own_database(directory) as url, hostile_site(directory, url) as found:
        yield found


def test_no_hostile_request_is_a_fault_of_the_site(served: tuple[Site, Known]) -> None:
    found = attack(*served, COUNT, SEED)
    assert found.failed == []
    assert found.statuses.total() == COUNT
    assert found.statuses[200] > 0  # some of it gets far
    assert len(found.memory) > 1


def test_a_request_is_made_again_by_its_number(served: tuple[Site, Known]) -> None:
    _, known = served
    one, other = (Maker(known, SEED) for _ in range(2))
    assert [one.make(n) for n in (3, 4)] == [other.make(n) for n in (3, 4)]
    assert one.make(3) != Maker(known, SEED + 1).make(3)


def test_who_gets_no_answer_is_noticed(served: tuple[Site, Known]) -> None:
    site, known = served
    nobody = urlsplit("http://127.0.0.1:1").port
    assert nobody and send(nobody, Maker(known, SEED).make(1)) == 0
    assert send(site.port, Maker(known, SEED).make(1)) != 0
