"""Large loads: every format, bad rows by their line, and going on after a stop."""

import json
import os
import zipfile
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from pytest_django import Settings

from retrieval.datastore import Datastore
from retrieval.embeddings import embedder
from retrieval.exceptions import EmbeddingError
from retrieval.management.commands import load_documents
from retrieval.models import Chunk, Collection, Document
from retrieval.parsing import Parsed, sandbox
from retrieval.reading import BadRow, Reader
from tests.retrieval.documents import pdf

pytestmark = pytest.mark.django_db


def load(path: Path, **options: Any) -> str:
    out = StringIO()
    call_command("load_documents", path, store="retrieval-none", stdout=out, **options)
    return out.getvalue()


def keys() -> list[str]:
    return sorted(Document.objects.values_list("key", flat=True))


@pytest.fixture
def embedded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record which texts are embedded."""
    texts: list[str] = []
    real = type(embedder()).embed

    def embed(self: Any, some: Any) -> Any:
        texts.extend(some)
        return real(self, some)

    monkeypatch.setattr(type(embedder()), "embed", embed)
    return texts


def jsonl(path: Path, count: int, changed: int = -1) -> Path:
    rows = (
        {"id": f"d{n}", "text": f"Number {n}" + (" anew" if n == changed else "")}
        for n in range(count)
    )
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_a_jsonl_file_is_loaded(tmp_path: Path) -> None:
    assert "Loaded 45 documents" in load(jsonl(tmp_path / "a.jsonl", 45))
    assert len(keys()) == 45


@pytest.mark.parametrize("wrap", [lambda rows: rows, lambda rows: {"documents": rows}])
def test_a_json_file_is_loaded(tmp_path: Path, wrap: Any) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(wrap([{"id": "x", "text": "one"}, {"text": "two"}])))
    assert "Loaded 2 documents" in load(path)


def test_a_folder_is_loaded_with_what_is_in_it(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.txt").write_text("A heron.")
    (tmp_path / "b.pdf").write_bytes(pdf("A kettle."))
    (tmp_path / ".hidden").write_text("not this")
    assert "Loaded 2 documents" in load(tmp_path)
    assert sorted(Document.objects.values_list("text", flat=True)) == ["A heron.", "A kettle."]


def test_files_that_are_in_are_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "abc":
        (tmp_path / f"{name}.txt").write_text(f"Heron {name}.")
    load(tmp_path)
    read: list[str] = []

    def read_file(file: Any, *, name: str) -> Parsed:
        read.append(name)
        return sandbox.read_file(file, name=name)

    monkeypatch.setattr("retrieval.reading.read_file", read_file)
    (tmp_path / "b.txt").write_text("Kettle b.")
    assert "Loaded 1 document into retrieval-none; 2 were there already" in load(tmp_path)
    assert read == ["b.txt"]
    assert Document.objects.count() == 3


def test_files_of_one_name_in_two_folders_are_two_documents(tmp_path: Path) -> None:
    for folder in ("mine", "yours"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.txt").write_text(f"Heron, {folder}.")
        load(tmp_path / folder)
    assert list(Document.objects.values_list("source_id", flat=True)) == ["a.txt", "a.txt"]


def test_a_file_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("A heron.")
    (tmp_path / "gone.txt").write_text("x")
    real = Path.open

    def refuse(self: Path, *args: Any, **kwargs: Any) -> Any:
        if self.name == "gone.txt":  # root may open what it has no permission for
            raise PermissionError(13, "Permission denied")
        return real(self, *args, **kwargs)

    err = StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "open", refuse)
        with pytest.raises(CommandError, match="1 could not be loaded"):
            load(tmp_path, stderr=err)
    assert "gone.txt: cannot be read: Permission denied" in err.getvalue()
    assert Document.objects.count() == 1


def test_odd_names_and_links_do_not_stop_a_load(tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / os.fsdecode(b"b\xff.txt")).write_text("A heron.")
    (folder / "c.jsonl").write_bytes(b'\xef\xbb\xbf{"text": "A kettle."}\n')
    (tmp_path / "outside.txt").write_text("not this")
    (folder / "link.txt").symlink_to(tmp_path / "outside.txt")
    assert "Loaded 2 documents" in load(folder)
    assert "2 were there already" in load(folder)


def test_a_load_of_nothing_says_so(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no documents in"):
        load(tmp_path)


def test_another_model_stops_a_load_and_blames_no_document(tmp_path: Path) -> None:
    load(jsonl(tmp_path / "a.jsonl", 2))
    Collection.objects.update(model="another")
    err = StringIO()
    with pytest.raises(CommandError, match="reembed"):
        load(jsonl(tmp_path / "a.jsonl", 9), stderr=err)
    assert err.getvalue() == ""


def test_an_archive_is_loaded_and_its_names_are_no_paths(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../evil.txt", "A heron.")
        archive.writestr("rows.jsonl", '{"id": "x", "text": "A kettle."}\n')
        archive.writestr("empty/", "")
    assert "Loaded 2 documents" in load(path)
    assert not (tmp_path.parent / "evil.txt").exists()


def test_bad_rows_are_told_by_their_line_and_the_rest_is_loaded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(
        '{"id": "good", "text": "one"}\n'
        "{broken\n"
        '{"text": ""}\n'
        '{"text": "x", "metadata": {"created_at": "now"}}\n'
        "\n"
        '{"id": "fine", "text": "two"}\n'
    )
    err = StringIO()
    with pytest.raises(CommandError, match="3 could not be loaded"):
        load(path, stderr=err)
    assert keys() == ["fine", "good"]
    output = err.getvalue()
    assert "a.jsonl line 2: is not JSON" in output
    assert "a.jsonl line 3: text" in output
    assert "a.jsonl line 4: metadata: created_at: Names no date" in output


def test_what_is_in_is_not_embedded_again(tmp_path: Path, embedded: list[str]) -> None:
    path = jsonl(tmp_path / "a.jsonl", 30)
    load(path)
    embedded.clear()
    assert "Loaded 0 documents" in load(path)
    assert embedded == []
    assert "Loaded 1 document" in load(jsonl(path, 30, changed=7))
    assert embedded == ["Number 7 anew"]
    assert len(keys()) == 30


def test_documents_without_an_id_are_known_again(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "one"}\n{"text": "two"}\n')
    load(path)
    assert "2 were there already" in load(path)
    assert Document.objects.count() == 2


def test_a_load_that_was_stopped_goes_on(
    tmp_path: Path, embedded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = jsonl(tmp_path / "a.jsonl", 40)
    real = Datastore.upsert

    def stop_at_the_third(self: Datastore, documents: Any, **more: Any) -> list[str]:
        if documents[0].id == "d20":
            raise KeyboardInterrupt
        return real(self, documents, **more)

    monkeypatch.setattr(Datastore, "upsert", stop_at_the_third)
    with pytest.raises(CommandError, match="goes on from there"):
        load(path, batch=10)
    assert Document.objects.count() == 20
    monkeypatch.setattr(Datastore, "upsert", real)
    assert "Loaded 20 documents" in load(path, batch=10)
    assert len(embedded) == len(set(embedded)) == 40


def test_a_long_document_is_loaded_beyond_the_limit_of_a_call(
    tmp_path: Path, settings: Any
) -> None:
    settings.RETRIEVAL_MAX_CHUNKS = 1
    path = tmp_path / "long.txt"
    path.write_text(" ".join(f"Sentence number {n} says something." for n in range(100)))
    load(path)
    assert Chunk.objects.count() > 1


@pytest.mark.parametrize(
    ("path", "options", "word"),
    [
        ("nowhere", {}, "no file or folder"),
        (".", {"store": "todo"}, "keeps documents"),
        (".", {"store": "nothing"}, "keeps documents"),
        (".", {"batch": 0}, "one document"),
        (".", {"store": "retrieval-user"}, "name an account"),
        (".", {"store": "retrieval-oauth", "username": "nobody"}, "no account 'nobody'"),
        (".", {"store": "retrieval", "username": "ann"}, "leave it out"),
    ],
)
def test_a_load_that_cannot_be_is_refused(path: str, options: Any, word: str) -> None:
    with pytest.raises(CommandError, match=word):
        call_command("load_documents", path, **{"store": "retrieval", **options})


def test_documents_are_loaded_for_a_person(tmp_path: Path, ann: User) -> None:
    path = jsonl(tmp_path / "a.jsonl", 2)
    call_command("load_documents", path, store="retrieval-user", username="ann", stdout=StringIO())
    assert Datastore("retrieval-user", "ann").documents().count() == 2


def test_a_refused_document_does_not_keep_out_its_batch(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.RETRIEVAL_MAX_COLLECTION_CHUNKS = 2
    with pytest.raises(CommandError, match="1 could not be loaded"):
        load(jsonl(tmp_path / "a.jsonl", 3), stderr=StringIO())
    assert Document.objects.count() == 2
    assert Collection.objects.get().chunk_count == 2


def test_members_of_an_archive_that_cannot_be_read_are_told(
    tmp_path: Path, settings: Settings
) -> None:
    settings.RETRIEVAL_MAX_FILE_BYTES = 1_000
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("broken.txt", b"needle in here")
        archive.writestr("large.txt", b"x" * 2_000)
        archive.writestr("list.json", b'{"rows": []}')
        archive.writestr("no.json", b"{")
        archive.writestr("picture.png", b"\x89PNG" + bytes(50))
    path.write_bytes(path.read_bytes().replace(b"needle", b"noodle"))
    bad = [
        row
        for row in Reader(path, Datastore("retrieval-none").knows, print).rows()
        if isinstance(row, BadRow)
    ]
    names = ["broken.txt", "large.txt", "list.json", "no.json", "picture.png"]
    assert [row.where for row in bad] == names
    assert "cannot be unpacked" in bad[0].problem and "too large" in bad[1].problem


@pytest.mark.parametrize("error", [KeyboardInterrupt(), EmbeddingError("The service is away.")])
def test_a_load_that_is_stopped_says_how_to_go_on(
    error: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*args: Any, **kwargs: Any) -> None:
        raise error

    monkeypatch.setattr(load_documents, "load", stop)
    with pytest.raises(CommandError, match="goes on from there"):
        load(tmp_path)


def test_of_two_documents_with_one_id_the_later_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": "x", "text": "one"}\n{"id": "x", "text": "two"}\n')
    assert "Loaded 1 document" in load(path)
    assert Document.objects.get().text == "two"
