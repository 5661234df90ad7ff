"""Files that are saved in the background: what their sender is told, and what becomes of them."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from retrieval.loads.models import Load
from retrieval.models import Chunk, Document
from tests.conftest import Mount
from tests.retrieval.documents import pdf
from tests.retrieval.loads.working import LONG, nothing_is_kept, status, work_off, zipped
from tests.retrieval.test_operations import ask
from tests.retrieval.test_uploads import upload

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_short_file_is_saved_while_its_sender_waits(open_plugin: Mount) -> None:
    answer = upload(open_plugin, b"A heron stands in the lake.", "heron.txt")
    assert answer.status_code == 200
    assert not Load.objects.exists()


def test_a_long_file_is_received_and_saved_behind(open_plugin: Mount) -> None:
    answer = upload(open_plugin, LONG.encode(), "herons.txt", metadata='{"author": "Ann"}')
    assert answer.status_code == 202, answer.content
    body = answer.json()
    [load] = body["loads"]
    assert answer["Location"] == load["status_url"]
    assert load["stage"] == "embedding"  # its text was read already
    assert not Document.objects.exists()
    work_off()
    done = status(open_plugin, answer)
    assert done["stage"] == "stored"
    assert done["embedded"] == done["passages"] == Chunk.objects.count() > 3
    document = open_plugin.get(f"/documents/{body['ids'][0]}").json()
    assert document["text"] == LONG
    assert document["metadata"] == {"source": "file", "source_id": "herons.txt", "author": "Ann"}
    [best] = ask(open_plugin, "Who stands in lake 17?", top_k=1)
    assert "lake 17" in best["text"]
    assert nothing_is_kept()


def test_who_does_not_wait_is_answered_before_anything_is_read(open_plugin: Mount) -> None:
    answer = upload(open_plugin, pdf("Penguins live in the south."), "a.pdf", query="?wait=false")
    assert answer.status_code == 202
    assert answer.json()["loads"][0]["stage"] == "parsing"
    work_off()
    assert Document.objects.get().text.startswith("Penguins")


def test_who_waits_is_refused_what_takes_long_and_nothing_is_kept(
    open_plugin: Mount, settings: Settings
) -> None:
    settings.RETRIEVAL_MAX_CHUNKS = 3
    answer = upload(open_plugin, LONG.encode(), "herons.txt", query="?wait=true")
    assert answer.status_code == 413
    assert "3" in answer.json()["detail"]
    assert not Load.objects.exists()
    assert nothing_is_kept()


def test_who_waits_has_it_saved_before_the_answer(open_plugin: Mount) -> None:
    answer = upload(open_plugin, LONG.encode(), "herons.txt", query="?wait=true")
    assert answer.status_code == 200
    assert Document.objects.get().key == answer.json()["ids"][0]


def test_several_files_are_saved_behind_each_by_itself(open_plugin: Mount) -> None:
    more = {"b.txt": b"Penguins live in the south.", "c.png": b"\x89PNG\r\n\x1a\n" + bytes(99)}
    answer = upload(open_plugin, b"A heron stands in the lake.", "a.txt", more=more)
    assert answer.status_code == 202
    assert len(answer.json()["loads"]) == len(answer.json()["ids"]) == 3
    work_off()
    loads = open_plugin.get("/loads").json()["loads"]
    assert [(load["name"], load["stage"]) for load in loads] == [
        ("c.png", "failed"),
        ("b.txt", "stored"),
        ("a.txt", "stored"),
    ]
    assert "not read here" in loads[0]["problem"]
    assert Document.objects.count() == 2


def test_an_id_names_one_file(open_plugin: Mount) -> None:
    answer = upload(open_plugin, b"a", "a.txt", more={"b.txt": b"b"}, id="mine")
    assert answer.status_code == 400
    assert "one" in answer.json()["detail"]
    assert not Load.objects.exists()


def test_the_document_has_the_id_that_was_sent_and_replaces_its_old_version(
    open_plugin: Mount,
) -> None:
    upload(open_plugin, b"An old heron.", "a.txt", id="heron")
    answer = upload(open_plugin, LONG.encode(), "a.txt", id="heron")
    assert answer.json()["ids"] == ["heron"]
    assert open_plugin.get("/documents/heron").json()["text"] == "An old heron."
    work_off()
    assert open_plugin.get("/documents/heron").json()["text"] == LONG
    assert Document.objects.count() == 1


def test_of_two_files_for_one_document_the_later_counts(open_plugin: Mount) -> None:
    first = upload(open_plugin, LONG.encode(), "a.txt", id="heron")
    upload(open_plugin, LONG.replace("Heron", "Crane").encode(), "a.txt", id="heron")
    told = status(open_plugin, first)
    assert (told["stage"], "Another file" in told["problem"]) == ("cancelled", True)
    work_off()
    assert open_plugin.get("/documents/heron").json()["text"].startswith("Crane")


def test_what_was_saved_since_the_file_came_stays(open_plugin: Mount) -> None:
    answer = upload(open_plugin, LONG.encode(), "a.txt", id="heron")
    newer = {"documents": [{"id": "heron", "text": "A crane."}]}
    assert open_plugin.post("/upsert", newer).status_code == 200
    work_off()
    assert "newer version" in status(open_plugin, answer)["problem"]
    assert open_plugin.get("/documents/heron").json()["text"] == "A crane."


def test_a_zip_of_files_becomes_a_document_of_each(open_plugin: Mount) -> None:
    content = zipped(
        {
            "2024/heron.txt": b"A heron stands in the lake.",
            "penguins.pdf": pdf("Penguins live in the south."),
            ".DS_Store": b"x",
            "scan.png": b"\x89PNG\r\n\x1a\n" + bytes(99),
            "more.zip": zipped({"a.txt": b"a"}),
        }
    )
    answer = upload(open_plugin, content, "files.zip", metadata='{"author": "Ann"}')
    assert answer.status_code == 202
    assert answer.json()["ids"] == []
    work_off()
    done = status(open_plugin, answer)
    assert done["stage"] == "unpacked"
    assert done["files"] == {"waiting": 0, "stored": 2, "failed": 2, "cancelled": 0}
    assert [failure["name"] for failure in done["failures"]] == ["scan.png", "more.zip"]
    assert done["notes"] == ["1 hidden file was left out."]
    found = Document.objects.order_by("source_id").values_list("source_id", "author")
    assert list(found) == [("2024/heron.txt", "Ann"), ("penguins.pdf", "Ann")]
    assert nothing_is_kept()


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (zipped({}), "no files"),
        (zipped({"a.txt": b"a"})[:-30] + bytes(8), "broken"),
    ],
    ids=["empty", "broken"],
)
def test_a_zip_without_files_fails_in_words(open_plugin: Mount, content: bytes, word: str) -> None:
    answer = upload(open_plugin, content, "files.zip", query="?wait=false")
    work_off()
    done = status(open_plugin, answer)
    assert done["stage"] == "failed"
    assert word in done["problem"]


def test_an_archive_that_unpacks_to_too_much_fails_as_a_whole(
    open_plugin: Mount, settings: Settings
) -> None:
    settings.RETRIEVAL_LOADS_BYTES = 10_000
    content = zipped({"a.txt": b"a" * 20_000})
    answer = upload(open_plugin, content, "files.zip")
    work_off()
    assert "too large unpacked" in status(open_plugin, answer)["problem"]
    assert Load.objects.count() == 1


def test_a_file_in_an_archive_that_is_too_large_fails_alone(
    open_plugin: Mount, settings: Settings
) -> None:
    settings.RETRIEVAL_LOAD_MAX_BYTES = 10_000
    content = zipped({"a.txt": b"a" * 20_000, "b.txt": b"A heron."})
    answer = upload(open_plugin, content, "files.zip")
    work_off()
    done = status(open_plugin, answer)
    assert done["files"] == {"waiting": 0, "stored": 1, "failed": 1, "cancelled": 0}
    assert "too large unpacked" in done["failures"][0]["problem"]


def test_two_files_of_one_name_in_an_archive_are_two_documents(open_plugin: Mount) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        content = zipped([("a.txt", b"A heron."), ("a.txt", b"A crane.")])
    upload(open_plugin, content, "files.zip")
    work_off()
    assert {document.text for document in Document.objects.all()} == {"A heron.", "A crane."}


def test_a_load_that_is_cancelled_stores_nothing_and_keeps_nothing(open_plugin: Mount) -> None:
    answer = upload(open_plugin, LONG.encode(), "herons.txt")
    [load] = answer.json()["loads"]
    assert open_plugin.delete(f"/loads/{load['id']}").json() == {"success": True}
    work_off()
    assert status(open_plugin, answer)["stage"] == "cancelled"
    assert not Document.objects.exists()
    assert nothing_is_kept()
    assert open_plugin.delete(f"/loads/{load['id']}").json() == {"success": False}


def test_an_archive_is_cancelled_with_its_files_and_what_is_stored_stays(
    open_plugin: Mount,
) -> None:
    content = zipped({"a.txt": b"A heron.", "b.txt": b"A crane."})
    answer = upload(open_plugin, content, "files.zip")
    work_off()
    Load.objects.filter(name="b.txt").update(stage="embedding")
    [load] = answer.json()["loads"]
    assert open_plugin.delete(f"/loads/{load['id']}").json() == {"success": True}
    assert status(open_plugin, answer)["files"]["cancelled"] == 1
    assert Document.objects.count() == 2


def test_an_unknown_load_is_404_in_words(open_plugin: Mount) -> None:
    answer = open_plugin.get("/loads/0b8f6f0e-5f0c-4f5e-9d4c-3b8a2f6d7e11")
    assert answer.status_code == 404
    assert "no load" in answer.json()["detail"]


def test_more_than_may_wait_is_refused(open_plugin: Mount, settings: Settings) -> None:
    settings.RETRIEVAL_LOADS = 1
    assert upload(open_plugin, LONG.encode(), "a.txt").status_code == 202
    answer = upload(open_plugin, LONG.encode(), "b.txt")
    assert answer.status_code == 409
    assert "Wait until some are in" in answer.json()["detail"]
    work_off()
    assert upload(open_plugin, LONG.encode(), "b.txt").status_code == 202


def test_more_bytes_than_may_wait_are_refused(open_plugin: Mount, settings: Settings) -> None:
    settings.RETRIEVAL_LOADS_BYTES = len(LONG) + 10
    assert upload(open_plugin, LONG.encode(), "a.txt").status_code == 202
    assert upload(open_plugin, LONG.encode(), "b.txt").status_code == 409


def test_what_more_than_all_may_hold_fails_before_it_is_embedded(
    open_plugin: Mount, settings: Settings
) -> None:
    settings.RETRIEVAL_MAX_COLLECTION_CHUNKS = 5
    answer = upload(open_plugin, LONG.encode(), "a.txt")
    work_off()
    assert "more than all documents together" in status(open_plugin, answer)["problem"]
    assert nothing_is_kept()


def test_the_list_goes_on_where_it_ended(
    open_plugin: Mount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retrieval.loads.views.A_PAGE", 2)
    upload(open_plugin, b"a", "a.txt", more={"b.txt": b"b", "c.txt": b"c"})
    first = open_plugin.get("/loads").json()
    assert [load["name"] for load in first["loads"]] == ["c.txt", "b.txt"]
    rest = open_plugin.get(f"/loads?before={first['next_before']}").json()
    assert [load["name"] for load in rest["loads"]] == ["a.txt"]
    assert "next_before" not in rest


def test_a_list_of_archives_takes_two_statements(open_plugin: Mount) -> None:
    for name in ("a.zip", "b.zip", "c.zip"):
        upload(open_plugin, zipped({"a.txt": b"a", "b.txt": b"b"}), name)
    work_off()
    with CaptureQueriesContext(connection) as queries:
        assert len(open_plugin.get("/loads").json()["loads"]) == 3
    assert len(queries) == 2


def saved(client: Client, **files: bytes) -> str:
    """Save files on the page for people, and return what it shows then."""
    sent = [SimpleUploadedFile(f"{name}.txt", content) for name, content in files.items()]
    answer = client.post("/retrieval-none/library", {"file": sent}, follow=True)
    return str(answer.content.decode())


def test_an_empty_file_keeps_no_other_out_and_is_named(client: Client) -> None:
    saved(client, heron=b"A heron.", nothing=b"")
    work_off()
    page = client.get("/retrieval-none/library").content.decode()
    assert Document.objects.get().source_id == "heron.txt"
    assert "nothing.txt" in page and "There is no text in the file" in page
    assert "There is no text in the file" in saved(client, nothing=b"")


def test_without_a_script_people_are_told_to_look_again(client: Client) -> None:
    page = saved(client, one=b"A heron.", two=b"A kettle.")
    assert "Being saved</h2>" in page and "<noscript><p>This page stands still" in page
    work_off()
    page = client.get("/retrieval-none/library").content.decode()
    assert "Saved of late</h2>" in page and "stands still" not in page
