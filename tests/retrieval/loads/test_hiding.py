"""What has ended is hidden, as far as somebody saw that it had; the rest stays."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from retrieval.datastore import Datastore
from retrieval.loads import kept, receiving
from retrieval.loads.models import Load, Stage
from retrieval.loads.pages import hide
from tests.conftest import Mount
from tests.retrieval.loads.working import nothing_is_kept
from tests.retrieval.test_uploads import upload

pytestmark = pytest.mark.django_db(transaction=True)
STORE = Datastore("retrieval-none")


def made(stage: Stage = Stage.STORED, **more: Any) -> Load:
    ended = None if stage in (Stage.PARSING, Stage.ARRIVING) else timezone.now()
    fields = {"store": "retrieval-none", "name": "a.txt", "key": "a", "ended_at": ended, **more}
    return Load.objects.create(stage=stage, **fields)


def hidden(client: Client, *seen: object) -> Any:
    return client.post("/retrieval-none/library/load", {"seen": list(seen)})


def test_what_was_not_seen_stays(client: Client) -> None:
    seen, failed_since, is_open = made(), made(Stage.FAILED), made(Stage.PARSING)
    assert hidden(client, seen.uuid, is_open.uuid, "no id").status_code == 302
    assert {*Load.objects.all()} == {failed_since, is_open}


def test_what_is_anothers_stays(client: Client) -> None:
    theirs = made(store="retrieval-user", username="ann")
    hidden(client, theirs.uuid)
    assert Load.objects.get() == theirs


def test_an_archive_stays_as_long_as_one_of_its_files_is_open() -> None:
    archive = made(Stage.UNPACKED)
    file = made(Stage.PARSING, archive=archive)
    assert hide(STORE, [str(archive.uuid)]) == 0
    Load.objects.filter(pk=file.pk).update(stage=Stage.STORED)
    assert hide(STORE, [str(archive.uuid)]) == 1
    assert not Load.objects.exists()


def test_a_file_may_be_cancelled_and_hidden_while_it_arrives(
    open_plugin: Mount, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = kept.keep_file

    def slow(load: Load, file: Any) -> None:
        receiving.cancel(Load.objects.get(pk=load.pk))
        hidden(client, load.uuid)
        keep(load, file)

    monkeypatch.setattr(kept, "keep_file", slow)
    answer = upload(open_plugin, b"The heron waits.", "a.txt", query="?wait=false")
    assert answer.status_code == 202
    assert answer.json()["loads"][0]["stage"] == "cancelled"
    assert not Load.objects.exists() and nothing_is_kept()
