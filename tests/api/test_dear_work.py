"""Dear work has so many places, and nobody waits for one."""

from contextlib import AbstractContextManager
from threading import Thread

import pytest
from pytest_django import Settings

from api.dear_work import HOLDERS, SHORT, BusyError, dear_work, working_for
from tests.busy import all_places_taken


def test_as_much_is_done_at_once_as_there_are_places(settings: Settings) -> None:
    settings.DEAR_THREADS = 3
    with all_places_taken(2), dear_work():
        assert len(HOLDERS) == 3
    with all_places_taken(3), pytest.raises(BusyError), dear_work():
        pytest.fail("There was a fourth place.")


def test_what_is_brief_finds_one_place_more(settings: Settings) -> None:
    settings.DEAR_THREADS = 2
    with all_places_taken(2):
        with pytest.raises(BusyError), dear_work():
            pass
        with dear_work(brief=True):
            assert len(HOLDERS) == 3
    with all_places_taken(3), pytest.raises(BusyError), dear_work(brief=True):
        pass


def test_a_place_is_given_back_whatever_happens(settings: Settings) -> None:
    settings.DEAR_THREADS = 1
    for _ in range(3):
        with pytest.raises(ValueError, match="broken"), dear_work():
            raise ValueError("broken")
    with all_places_taken(), pytest.raises(BusyError), dear_work():
        pass
    with dear_work():
        assert len(HOLDERS) == 1
    assert not HOLDERS


def test_dear_work_within_dear_work_takes_one_place_and_keeps_it(settings: Settings) -> None:
    settings.DEAR_THREADS = 2
    with all_places_taken(1), dear_work():
        with dear_work():
            assert len(HOLDERS) == 2
        assert len(HOLDERS) == 2


def test_what_is_short_takes_no_place() -> None:
    with all_places_taken():
        with dear_work(characters=SHORT):
            pass
        with pytest.raises(BusyError), dear_work(characters=SHORT + 1):
            pass


def test_a_generator_that_another_thread_closes_gives_its_place_back(settings: Settings) -> None:
    """As a server may do when a client has gone away."""
    settings.DEAR_THREADS = 1
    entered = dear_work()
    entered.__enter__()
    thread = Thread(target=entered.__exit__, args=(None, None, None))
    thread.start()
    thread.join()
    assert not HOLDERS


def held_by(who: str, *, places: int) -> AbstractContextManager[None]:
    """Let somebody do dear work in so many other threads."""
    return all_places_taken(places, of=who)


def test_nobody_has_more_than_half_of_the_places(settings: Settings) -> None:
    settings.DEAR_THREADS = 4
    with held_by("ann", places=2):
        with working_for(lambda: "ann"), pytest.raises(BusyError, match="of yours"), dear_work():
            pass
        with working_for(lambda: "bob"), dear_work():
            assert len(HOLDERS) == 3
        with dear_work():  # nobody in particular, such as a command
            assert len(HOLDERS) == 3


def test_with_one_place_anybody_may_have_it(settings: Settings) -> None:
    settings.DEAR_THREADS = 1
    with working_for(lambda: "ann"), dear_work():
        assert len(HOLDERS) == 1


def test_who_has_their_share_may_still_sign_in(settings: Settings) -> None:
    settings.DEAR_THREADS = 2
    with held_by("ann", places=1), working_for(lambda: "ann"), dear_work(brief=True):
        assert len(HOLDERS) == 2


def test_work_within_work_is_not_refused_for_a_share(settings: Settings) -> None:
    settings.DEAR_THREADS = 2
    with working_for(lambda: "ann"), dear_work(), dear_work():
        assert len(HOLDERS) == 1
