"""Whose loads are: nobody else sees or ends them, and they go with whose they are."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from retrieval.loads.models import Load, Piece
from retrieval.models import Collection, Document
from tests.conftest import Mount, mount_of
from tests.retrieval.loads.working import LONG, nothing_is_kept, status, work_off, zipped
from tests.retrieval.test_uploads import upload

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def personal() -> Mount:
    return mount_of("retrieval-user")


@pytest.fixture
def anns_load(personal: Mount, anns_retrieval_token: str) -> Any:
    """One of Ann's, on its way: some of its passages are ready."""
    answer = upload(
        personal, LONG.encode(), "ann.txt", query="?wait=false", token=anns_retrieval_token
    )
    return answer.json()["loads"][0]["id"]


def test_one_s_own_load_is_shown_listed_and_ended(
    personal: Mount, anns_load: str, anns_retrieval_token: str
) -> None:
    mine = {"token": anns_retrieval_token}
    assert personal.get(f"/loads/{anns_load}", **mine).json()["name"] == "ann.txt"
    assert [load["id"] for load in personal.get("/loads", **mine).json()["loads"]] == [anns_load]
    assert personal.get(f"/loads?before={anns_load}", **mine).json()["loads"] == []
    assert personal.delete(f"/loads/{anns_load}", **mine).json() == {"success": True}


def test_another_s_load_is_404_and_not_listed(
    personal: Mount, anns_load: str, bobs_retrieval_token: str
) -> None:
    other = {"token": bobs_retrieval_token}
    assert personal.get(f"/loads/{anns_load}", **other).status_code == 404
    assert personal.get("/loads", **other).json()["loads"] == []
    assert personal.get(f"/loads?before={anns_load}", **other).status_code == 404
    assert personal.delete(f"/loads/{anns_load}", **other).status_code == 404
    assert Load.objects.get().stage == "parsing"


def test_another_plugin_s_load_is_404_and_not_listed(open_plugin: Mount, anns_load: str) -> None:
    assert open_plugin.get(f"/loads/{anns_load}").status_code == 404
    assert open_plugin.get("/loads").json()["loads"] == []
    assert open_plugin.delete(f"/loads/{anns_load}").status_code == 404
    assert Load.objects.get().stage == "parsing"


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_no_token_and_another_plugin_s_are_refused(
    personal: Mount, anns_load: str, anns_token: str, retrieval_token: str, method: str
) -> None:
    for token in (None, anns_token, retrieval_token, "invented"):
        for path in (f"/loads/{anns_load}", "/loads"):
            answer = personal.call(method, path, token=token)
            assert answer.status_code == 401
    assert Load.objects.get().stage == "parsing"


def test_who_deletes_their_account_ends_their_loads_and_nobody_else_s(
    personal: Mount,
    ann: User,
    anns_load: str,
    anns_retrieval_token: str,
    bobs_retrieval_token: str,
) -> None:
    archive = zipped({"a.txt": b"A heron.", "b.txt": LONG.encode()})
    upload(personal, archive, "ann.zip", token=anns_retrieval_token)
    work_off()
    upload(personal, LONG.encode(), "late.txt", token=anns_retrieval_token)
    upload(personal, LONG.encode(), "bob.txt", token=bobs_retrieval_token)
    operator = Client()
    operator.force_login(User.objects.create_superuser("operator"))
    operator.post(f"/admin/auth/user/{ann.pk}/delete/", {"post": "yes"})
    assert [load.name for load in Load.objects.all()] == ["bob.txt"]
    assert {piece.load.name for piece in Piece.objects.all()} == {"bob.txt"}
    assert not Collection.objects.filter(store="").exists()
    work_off()
    assert Document.objects.get().source_id == "bob.txt"


# --- What is forgotten -------------------------------------------------------------------


def days_pass(days: float) -> None:
    for load in Load.objects.all():
        load.created_at -= timedelta(days=days)
        if load.ended_at:
            load.ended_at -= timedelta(days=days)
        load.save()


def test_what_ended_is_listed_for_days_and_then_forgotten(open_plugin: Mount) -> None:
    archive = upload(
        open_plugin,
        zipped({"a.txt": b"A heron.", "b.png": b"\x89PNG\r\n\x1a\n" + bytes(99)}),
        "a.zip",
    )
    work_off()
    days_pass(6)
    call_command("tidy", verbosity=0)
    assert status(open_plugin, archive)["files"]["stored"] == 1
    days_pass(2)
    for _ in range(2):  # an archive goes when its files have gone
        call_command("tidy", verbosity=0)
    assert not Load.objects.exists()
    assert Document.objects.count() == 1


def test_what_is_open_is_not_forgotten_however_old_it_is(open_plugin: Mount) -> None:
    answer = upload(open_plugin, LONG.encode(), "a.txt", query="?wait=false")
    days_pass(30)
    call_command("tidy", verbosity=0)
    work_off()
    assert status(open_plugin, answer)["stage"] == "stored"


def test_a_file_that_never_arrived_whole_is_forgotten_after_an_hour(open_plugin: Mount) -> None:
    upload(open_plugin, LONG.encode(), "a.txt", query="?wait=false")
    Load.objects.update(stage="arriving")  # its server died before all of it was written
    call_command("tidy", verbosity=0)
    assert Piece.objects.exists()
    days_pass(1 / 20)
    call_command("tidy", verbosity=0)
    assert not Load.objects.exists()
    assert nothing_is_kept()


def test_turns_that_ended_a_day_ago_are_forgotten_and_those_that_wait_are_not(
    open_plugin: Mount,
) -> None:
    upload(open_plugin, LONG.encode(), "a.txt", query="?wait=false")
    [waits] = DBTaskResult.objects.all()
    old = timezone.now() - timedelta(days=2)
    for ended in ({"finished_at": old}, {"started_at": old}):
        task = DBTaskResult.objects.get(pk=waits.pk)
        task.pk = None
        for name, value in ended.items():
            setattr(task, name, value)
        task.save(force_insert=True)
    call_command("tidy", verbosity=0)
    assert [task.pk for task in DBTaskResult.objects.all()] == [waits.pk]


# --- What a request asks of the database -------------------------------------------------


def test_looking_at_a_load_asks_once_and_makes_sure_now_and_then(open_plugin: Mount) -> None:
    answer = upload(open_plugin, LONG.encode(), "a.txt", query="?wait=false")
    with CaptureQueriesContext(connection) as first:
        status(open_plugin, answer)
    with CaptureQueriesContext(connection) as second:
        status(open_plugin, answer)
    assert (len(first), len(second)) == (5, 1)


def test_looking_at_an_archive_asks_for_its_files_at_once(open_plugin: Mount) -> None:
    files = {f"{n}.txt": b"A heron." for n in range(9)}
    answer = upload(open_plugin, zipped(files), "a.zip")
    work_off()
    status(open_plugin, answer)
    with CaptureQueriesContext(connection) as queries:
        assert status(open_plugin, answer)["files"]["stored"] == 9
    assert len(queries) == 2


def test_receiving_a_file_takes_a_statement_a_piece_and_a_few(open_plugin: Mount) -> None:
    def statements(size: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert upload(open_plugin, b"x" * size, "a.txt", query="?wait=false").status_code == 202
        return len(queries)

    assert statements(100) == 5
    assert statements(1_000_000) == 5 + 3
