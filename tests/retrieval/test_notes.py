"""What was guessed of a file, and what was not read, is told wherever files come in."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from retrieval.models import Document
from tests.conftest import Mount
from tests.retrieval.test_uploads import upload

pytestmark = pytest.mark.django_db
CYRILLIC = "Ключ от сарая висит у синей двери.".encode("cp1251")
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


@pytest.mark.parametrize("name", ["notes", "encoding"])
def test_the_document_says_so(open_plugin: Mount, name: str) -> None:
    document = open_plugin.get("/openapi-full.json").json()
    schemas = document["components"]["schemas"].values()
    described = [each["properties"][name] for each in schemas if name in each.get("properties", {})]
    assert described and all(each["description"] for each in described)
