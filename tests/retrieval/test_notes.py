"""What was guessed of a file, and what was not read, is told wherever files come in."""

from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from oauth_demo.models import Token
from retrieval.models import Document
from tests.conftest import Mount, mount_of
from tests.retrieval.loads.working import status, work_off
from tests.retrieval.test_uploads import upload

pytestmark = pytest.mark.django_db
CYRILLIC = "Ключ от сарая висит у синей двери.".encode("cp1251")
TWIN = "The same file is here already, as document {}: both are kept."
GUESS = "Its encoding was guessed: windows-1251."


def test_the_page_tells_what_was_guessed(client: Client) -> None:
    page = "http://localhost/retrieval-none/library"
    file = SimpleUploadedFile("a.txt", CYRILLIC)
    answer = client.post(page, {"file": file}, headers={"host": "localhost"}, follow=True)
    assert GUESS in answer.content.decode()
    assert Document.objects.get().text == "Ключ от сарая висит у синей двери."


def test_loading_tells_what_was_guessed(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(CYRILLIC)
    (tmp_path / "b.txt").write_text("The heron waits.")
    told = StringIO()
    call_command("load_documents", tmp_path, store="retrieval", stdout=StringIO(), stderr=told)
    assert f"a.txt: {GUESS}" in told.getvalue()
    assert "b.txt" not in told.getvalue()
    assert Document.objects.count() == 2


def test_a_file_of_which_nothing_was_guessed_has_no_notes(open_plugin: Mount) -> None:
    assert set(upload(open_plugin, "Grüße".encode(), "a.txt").json()) == {"ids"}


def test_who_saves_a_file_once_more_is_told_and_both_are_kept(open_plugin: Mount) -> None:
    [first] = upload(open_plugin, b"The heron waits.", "a.txt").json()["ids"]
    again = upload(open_plugin, b"The heron waits.", "a.txt").json()
    assert again["notes"] == [TWIN.format(first)]
    assert {each.key for each in Document.objects.all()} == {first, *again["ids"]}


def test_who_saves_a_file_behind_once_more_is_told_too(open_plugin: Mount) -> None:
    [first] = upload(open_plugin, b"The heron waits.", "a.txt").json()["ids"]
    answer = upload(open_plugin, b"The heron waits.", "a.txt", query="?wait=false")
    work_off()
    assert status(open_plugin, answer)["notes"] == [TWIN.format(first)]


@pytest.mark.parametrize(
    ("content", "name", "key"),
    [
        ("The egret waits.", "a.txt", "y"),
        ("The heron waits.", "b.txt", "y"),
        ("The heron waits.", "a.txt", "x"),
    ],
    ids=["another text", "another name", "the same document"],
)
def test_another_file_is_none_once_more(
    open_plugin: Mount, content: str, name: str, key: str
) -> None:
    upload(open_plugin, b"The heron waits.", "a.txt", id="x")
    again = upload(open_plugin, content.encode(), name, id=key)
    assert "notes" not in again.json()


def test_nobody_is_told_of_what_is_another_persons(ann: User, bob: User) -> None:
    mount = mount_of("retrieval-user")
    issue = Token.objects.issue
    tokens = {each: issue(plugin="retrieval-user", name="x", user=each)[1] for each in (ann, bob)}
    for user, notes in ((ann, 0), (bob, 0), (ann, 1)):
        said = upload(mount, b"The heron waits.", "a.txt", token=tokens[user]).json()
        assert len(said.get("notes", [])) == notes


@pytest.mark.parametrize("name", ["notes", "encoding"])
def test_the_document_says_so(open_plugin: Mount, name: str) -> None:
    document = open_plugin.get("/openapi-full.json").json()
    schemas = document["components"]["schemas"].values()
    described = [each["properties"][name] for each in schemas if name in each.get("properties", {})]
    assert described and all(each["description"] for each in described)
