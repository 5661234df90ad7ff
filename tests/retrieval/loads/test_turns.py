"""Turns at loads: whose it is, and what becomes of a load that a turn could not end."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings

from retrieval.chunking import Passage
from retrieval.embeddings import embedder
from retrieval.exceptions import EmbeddingError
from retrieval.loads import steps, turns
from retrieval.loads.lease import MOST_TRIES, Lease, leased
from retrieval.loads.models import Load, Piece, Stage
from retrieval.loads.tasks import look_again, turn
from retrieval.loads.turns import take_turn
from retrieval.models import Chunk, Document
from retrieval.parsing import sandbox
from retrieval.passages import ready
from tests.conftest import Mount, mount_of
from tests.retrieval.documents import pdf
from tests.retrieval.loads.working import LONG, nothing_is_kept, status, work_off
from tests.retrieval.test_uploads import upload

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def personal() -> Mount:
    return mount_of("retrieval-user")


@pytest.fixture
def short_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """A turn is over after one step."""
    monkeypatch.setattr(turns, "TURN", 0)


def behind(mount: Mount, name: str = "a.txt", content: str = LONG, **fields: Any) -> Any:
    """Send a file of which nothing is read before the answer."""
    return upload(mount, content.encode(), name, query="?wait=false", **fields)


def stages() -> dict[str, str]:
    return dict(Load.objects.values_list("name", "stage"))


def time_passes(load: Load) -> None:
    """Let whatever is waited for be over."""
    Load.objects.filter(pk=load.pk).update(leased_until=timezone.now() - timedelta(seconds=1))


def turns_in_queue() -> int:
    return DBTaskResult.objects.filter(status="READY").count()


# --- Whose turn it is --------------------------------------------------------------------


def test_who_comes_with_one_file_is_second_however_many_the_first_has(
    personal: Mount, anns_retrieval_token: str, bobs_retrieval_token: str, short_turns: None
) -> None:
    for number in range(5):
        behind(personal, f"ann-{number}.txt", token=anns_retrieval_token)
    behind(personal, "bob.txt", token=bobs_retrieval_token)
    take_turn()
    assert stages()["bob.txt"] == "parsing"
    take_turn()
    assert stages() == {
        "ann-0.txt": "embedding",
        "bob.txt": "embedding",
        **{f"ann-{number}.txt": "parsing" for number in range(1, 5)},
    }


def test_whoever_waited_longest_is_first(
    personal: Mount, anns_retrieval_token: str, bobs_retrieval_token: str, short_turns: None
) -> None:
    behind(personal, "ann.txt", token=anns_retrieval_token)
    behind(personal, "bob.txt", token=bobs_retrieval_token)
    served = []
    while Load.objects.filter(stage__in=["parsing", "embedding"]).exists():
        take_turn()
        served.append(Load.objects.exclude(turn_at=None).latest("turn_at").username)
    each = len(served) // 2
    assert served == ["ann", "bob"] * each


def test_whoever_was_served_days_ago_waits_longer_than_who_was_served_just_now(
    personal: Mount, anns_retrieval_token: str, bobs_retrieval_token: str, short_turns: None
) -> None:
    for token in (bobs_retrieval_token, anns_retrieval_token):
        behind(personal, "old.txt", "A heron.", token=token)
        work_off()
    behind(personal, "ann.txt", token=anns_retrieval_token)
    behind(personal, "bob.txt", token=bobs_retrieval_token)
    take_turn()
    assert stages()["bob.txt"] == "embedding"
    assert stages()["ann.txt"] == "parsing"


def test_one_plugin_s_people_do_not_wait_for_another_s(
    open_plugin: Mount, personal: Mount, anns_retrieval_token: str, short_turns: None
) -> None:
    for number in range(3):
        behind(open_plugin, f"open-{number}.txt")
    behind(personal, "ann.txt", token=anns_retrieval_token)
    take_turn()
    take_turn()
    assert stages()["ann.txt"] == stages()["open-0.txt"] == "embedding"


# --- Who works at it ---------------------------------------------------------------------


def test_a_load_that_is_held_is_nobody_else_s(open_plugin: Mount) -> None:
    behind(open_plugin)
    load = Load.objects.get()
    with leased(load) as lease:
        assert lease
        assert take_turn() is False
        with leased(load) as second:
            assert second is None
    assert stages() == {"a.txt": "parsing"}


def test_a_load_whose_lease_ran_out_is_taken_up(open_plugin: Mount) -> None:
    answer = behind(open_plugin)
    load = Load.objects.get()
    with leased(load) as lease:  # as one does who is killed: it never gives it back
        assert lease
        time_passes(load)
        work_off()
    assert status(open_plugin, answer)["stage"] == "stored"
    assert Document.objects.get().text == LONG


Meanwhile = Callable[[Load], None]


def cancelled(load: Load) -> None:
    mount_of("retrieval-none").delete(f"/loads/{load.uuid}")


def taken_up(load: Load) -> None:
    time_passes(load)
    work_off()


@pytest.mark.parametrize("meanwhile", [cancelled, taken_up])
@pytest.mark.parametrize("step", ["read_file", "ready"])
def test_who_lost_the_lease_in_a_step_writes_nothing_of_it(
    open_plugin: Mount, monkeypatch: pytest.MonkeyPatch, step: str, meanwhile: Meanwhile
) -> None:
    answer = behind(open_plugin)
    work = getattr(steps, step)

    def slow(*args: Any, **kwargs: Any) -> Any:
        monkeypatch.setattr(steps, step, work)
        done = work(*args, **kwargs)
        meanwhile(Load.objects.get())
        return done

    monkeypatch.setattr(steps, step, slow)
    work_off()
    stored = meanwhile is taken_up
    assert status(open_plugin, answer)["stage"] == ("stored" if stored else "cancelled")
    assert [document.text for document in Document.objects.all()] == [LONG] * stored
    assert Chunk.objects.count() == Load.objects.get().embedded * stored
    assert nothing_is_kept()


def test_who_lost_the_lease_leaves_the_text_to_who_took_it_up(
    open_plugin: Mount, monkeypatch: pytest.MonkeyPatch, short_turns: None
) -> None:
    """Both have read the file; the second is embedding it when the first would write."""
    behind(open_plugin)
    read = sandbox.read_file

    def slow(*args: Any, **kwargs: Any) -> Any:
        monkeypatch.setattr(steps, "read_file", read)
        done = read(*args, **kwargs)
        time_passes(Load.objects.get())
        take_turn()
        return done

    monkeypatch.setattr(steps, "read_file", slow)
    take_turn()
    assert Load.objects.get().stage == "embedding"
    before = list(Piece.objects.filter(kind="text").values_list("pk", "content"))
    assert b"".join(bytes(content) for _, content in before).decode() == LONG


def test_a_broken_file_that_is_cancelled_while_it_is_read_holds_up_no_other(
    open_plugin: Mount, monkeypatch: pytest.MonkeyPatch
) -> None:
    behind(open_plugin, content="%PDF-1.4 broken", name="a.pdf")
    behind(open_plugin, "b.txt")
    read = sandbox.read_file

    def slow(*args: Any, **kwargs: Any) -> Any:
        monkeypatch.setattr(steps, "read_file", read)
        cancelled(Load.objects.get(name="a.pdf"))
        return read(*args, **kwargs)

    monkeypatch.setattr(steps, "read_file", slow)
    work_off()
    assert stages() == {"a.pdf": "cancelled", "b.txt": "stored"}
    assert nothing_is_kept()


def test_signs_of_life_hold_it_for_longer_than_a_lease(
    open_plugin: Mount, monkeypatch: pytest.MonkeyPatch
) -> None:
    behind(open_plugin)
    load = Load.objects.get()
    monkeypatch.setattr("retrieval.loads.lease.BEAT", 0.01)
    with leased(load) as lease:
        assert lease
        time_passes(load)
        until = timezone.now() + timedelta(seconds=20)
        while lease.held().filter(leased_until__lt=timezone.now()).exists():
            assert timezone.now() < until, "It gave no sign of life."


# --- What goes wrong ---------------------------------------------------------------------


class Away:
    """Stands for an embedding service, which is away until it is there."""

    def __init__(self) -> None:
        self.there = False

    def __call__(self, some: list[Passage]) -> Any:
        if not self.there:
            raise EmbeddingError("The embedding service did not answer.")
        return ready(some)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Away:
    away = Away()
    monkeypatch.setattr(steps, "ready", away)
    return away


def wait_of(load: Load) -> float:
    load.refresh_from_db()
    assert load.leased_until
    return (load.leased_until - timezone.now()).total_seconds()


def test_a_service_that_is_away_is_waited_for_longer_each_time(
    open_plugin: Mount, service: Away
) -> None:
    answer = behind(open_plugin)
    load = Load.objects.get()
    waits = []
    for _ in range(3 * MOST_TRIES):
        assert take_turn() is False
        told = status(open_plugin, answer)
        assert told["stage"] == "embedding"
        assert told["problem"] == "The embedding service did not answer."
        waits.append(wait_of(load))
        time_passes(load)
    assert waits[0] < waits[1] < waits[2] < waits[3]
    assert all(wait < 10 * 60 for wait in waits)
    service.there = True
    work_off()
    told = status(open_plugin, answer)
    assert told["stage"] == "stored"
    assert "problem" not in told


def test_what_is_put_off_has_a_turn_when_its_time_comes(open_plugin: Mount, service: Away) -> None:
    behind(open_plugin)
    DBTaskResult.objects.all().delete()
    turn.call()
    load = Load.objects.get()
    assert load.leased_until
    soon = load.leased_until + timedelta(seconds=2)
    assert DBTaskResult.objects.filter(
        run_after__gt=load.leased_until, run_after__lt=soon, status="READY"
    ).exists()


def test_as_long_as_somebody_works_there_is_a_turn_for_who_would_take_it_up(
    open_plugin: Mount,
) -> None:
    behind(open_plugin)
    with leased(Load.objects.get()):
        DBTaskResult.objects.all().delete()
        turn.call()  # finds nothing to do
        left = turns_in_queue()
        assert left
        for _ in range(5):
            turn.call()
        assert turns_in_queue() == left


def test_nobody_looks_again_where_nothing_waits(open_plugin: Mount) -> None:
    behind(open_plugin)
    work_off()
    DBTaskResult.objects.all().delete()
    turn.call()
    look_again()
    assert turns_in_queue() == 0


def test_who_looks_at_a_load_whose_turn_was_lost_makes_it_go_on(open_plugin: Mount) -> None:
    answer = behind(open_plugin)
    DBTaskResult.objects.all().delete()
    status(open_plugin, answer)
    assert turns_in_queue() == 1
    status(open_plugin, answer)
    assert turns_in_queue() == 1


def test_a_file_at_which_its_worker_ends_each_time_fails_in_words(open_plugin: Mount) -> None:
    answer = behind(open_plugin)
    load = Load.objects.get()
    for _ in range(MOST_TRIES):
        with leased(load) as lease:
            assert lease
            lease.id = Lease(load).id  # it dies: nothing is given back
        assert take_turn() is False
        time_passes(load)
    assert status(open_plugin, answer)["stage"] == "parsing"
    work_off()
    told = status(open_plugin, answer)
    assert told["stage"] == "failed"
    assert f"begun {MOST_TRIES} times" in told["problem"]
    assert nothing_is_kept()


def test_a_step_that_is_done_is_no_try_that_failed(open_plugin: Mount) -> None:
    """A file whose worker is killed once in each of many steps is not given up."""
    answer = behind(open_plugin, content=LONG * 20)
    load = Load.objects.get()
    for _ in range(2 * MOST_TRIES):
        with leased(load) as lease:
            assert lease
            steps.STEPS[load.stage](lease)
            lease.id = Lease(load).id
        time_passes(load)
        assert load.stage in ("parsing", "embedding")
    work_off()
    assert status(open_plugin, answer)["stage"] == "stored"


def test_a_fault_of_the_site_is_logged_and_the_load_is_tried_again(
    open_plugin: Mount, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    answer = behind(open_plugin)
    load = Load.objects.get()

    def broken(*args: Any) -> None:
        raise ZeroDivisionError("a fault")

    with monkeypatch.context() as patch, caplog.at_level(logging.ERROR):
        patch.setattr(steps, "ready", broken)
        assert take_turn() is False
    assert "ZeroDivisionError: a fault" in caplog.text
    assert "operator" in status(open_plugin, answer)["problem"]
    time_passes(load)
    work_off()
    assert status(open_plugin, answer)["stage"] == "stored"


def test_a_fault_that_comes_each_time_ends_the_load_in_words(
    open_plugin: Mount, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = behind(open_plugin)
    load = Load.objects.get()

    def broken(*args: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(steps, "ready", broken)
    for _ in range(MOST_TRIES + 1):
        take_turn()
        time_passes(load)
    told = status(open_plugin, answer)
    assert told["stage"] == "failed"
    assert "operator" in told["problem"]


def test_a_turn_that_the_database_ended_leaves_another(
    open_plugin: Mount, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = behind(open_plugin)
    DBTaskResult.objects.all().delete()

    def locked(*args: Any) -> None:
        raise OperationalError("database is locked")

    with monkeypatch.context() as patch:
        patch.setattr(steps, "ready", locked)
        with pytest.raises(OperationalError):
            turn.call()
    assert turns_in_queue() == 1
    work_off()
    assert status(open_plugin, answer)["stage"] == "stored"


def test_the_queue_may_be_away_while_a_file_comes(
    open_plugin: Mount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not asked again at once: a file after the other would wait for it."""
    asked = []

    class AwayQueue:
        def enqueue(self) -> None:
            asked.append(self)
            raise ConnectionError

    monkeypatch.setattr("retrieval.loads.tasks.away_until", 0.0)
    with monkeypatch.context() as patch:
        patch.setattr("retrieval.loads.tasks.turn", AwayQueue())
        for _ in range(2):
            answer = behind(open_plugin)
            assert answer.status_code == 202
    assert turns_in_queue() == 0 and len(asked) == 1
    monkeypatch.setattr("retrieval.loads.tasks.away_until", 0.0)
    status(open_plugin, answer)  # who looks makes it go on
    assert turns_in_queue() == 1


# --- What changes meanwhile --------------------------------------------------------------


def test_passages_cut_by_another_rule_are_made_anew(
    open_plugin: Mount, settings: Settings, short_turns: None
) -> None:
    answer = behind(open_plugin, content=LONG * 4)
    while not Load.objects.get().draft:
        take_turn()
    before = Load.objects.get().passages
    settings.RETRIEVAL_CHUNK_TOKENS = 40
    work_off()
    told = status(open_plugin, answer)
    assert told["stage"] == "stored"
    assert told["embedded"] == told["passages"] < before
    texts = list(Chunk.objects.order_by("position").values_list("text", flat=True))
    assert len(texts) == told["passages"]
    assert Document.objects.get().text == LONG * 4


def test_a_site_set_to_another_model_waits_for_reembed_and_goes_on(
    open_plugin: Mount, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    open_plugin.post("/upsert", {"documents": [{"id": "old", "text": "A heron."}]})
    answer = behind(open_plugin)
    load = Load.objects.get()
    with monkeypatch.context() as patch:

        class Other:
            model, dimension = "other", 384

            def __getattr__(self, name: str) -> Any:
                return getattr(embedder(), name)

        for module in ("datastore", "passages", "loads.steps"):
            patch.setattr(f"retrieval.{module}.embedder", Other)
        assert take_turn() is False
    assert "reembed" in status(open_plugin, answer)["problem"]
    time_passes(load)
    work_off()
    assert status(open_plugin, answer)["stage"] == "stored"


def test_a_file_of_pages_is_read_under_its_lease(open_plugin: Mount) -> None:
    answer = upload(open_plugin, pdf("Herons fish.", "Cranes dance."), "a.pdf", query="?wait=false")
    work_off()
    assert status(open_plugin, answer)["stage"] == Stage.STORED
    assert "Cranes dance." in Document.objects.get().text
