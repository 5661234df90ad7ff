"""What happens seldom: odd archives, forms, settings and stops."""

import zipfile
from collections.abc import Iterator
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pptx import Presentation
from pptx.util import Inches
from pytest_django import Settings

from retrieval import apps, embeddings, indexes, loading
from retrieval.datastore import Datastore, NewDocument
from retrieval.embeddings.openai import OpenAIEmbedder
from retrieval.exceptions import EmbeddingError
from retrieval.filters import EVERYTHING
from retrieval.indexes.embedded import EmbeddedIndex
from retrieval.management.commands import load_documents, reembed
from retrieval.models import Collection, Document
from retrieval.parsing import FileTooLargeError, Limits, UnreadableFileError, parse
from retrieval.parsing.sandbox import result
from retrieval.reading import BadRow, Reader
from tests.conftest import Mount
from tests.retrieval.documents import saved


def problems(path: Path) -> list[str]:
    return [f"{row.where}: {row.problem}" for row in Reader(path).rows() if isinstance(row, BadRow)]


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
    told = problems(path)
    assert [line.partition(":")[0] for line in told] == [
        "broken.txt",
        "large.txt",
        "list.json",
        "no.json",
        "picture.png",
    ]
    assert "cannot be unpacked" in told[0] and "too large" in told[1]


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=x", b""),
        ("multipart/form-data; boundary=x", b"--x\r\nrubbish"),
        ("multipart/form-data; boundary=\xe9", b"--x\r\n"),
    ],
)
def test_a_form_that_cannot_be_read_is_a_400(open_plugin: Mount, kind: str, raw: bytes) -> None:
    answer = open_plugin.post("/upsert-file", raw=raw, content_type=kind)
    assert answer.status_code == 400, answer.content
    assert answer.json()["detail"]


def test_fields_beside_the_file_may_not_be_endless(open_plugin: Mount, settings: Settings) -> None:
    field = b'--x\r\nContent-Disposition: form-data; name="metadata"\r\n\r\n'
    raw = field + b"a" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE + b"\r\n--x--\r\n"
    answer = open_plugin.post(
        "/upsert-file", raw=raw, content_type="multipart/form-data; boundary=x"
    )
    assert answer.status_code == 413


@pytest.fixture
def chosen_anew() -> Iterator[None]:
    """Whatever the settings choose is chosen again."""
    embeddings.embedder.cache_clear()
    indexes.vector_index.cache_clear()
    yield
    embeddings.embedder.cache_clear()
    indexes.vector_index.cache_clear()


def test_the_settings_choose_the_embedder(settings: Settings, chosen_anew: None) -> None:
    settings.RETRIEVAL_EMBEDDINGS = "openai"
    settings.RETRIEVAL_OPENAI_URL = "http://127.0.0.1:9/v1"
    model = embeddings.embedder()
    assert isinstance(model, OpenAIEmbedder)
    assert (model.model, model.dimension) == ("openai:text-embedding-3-small", 1536)
    with pytest.raises(EmbeddingError, match="did not do its work"):
        model.embed(["a"])
    model.client.close()


def test_an_index_is_prepared_after_migrate(
    settings: Settings, chosen_anew: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared: list[object] = []
    monkeypatch.setitem(indexes.INDEXES, "pgvector", "retrieval.indexes.embedded.EmbeddedIndex")
    monkeypatch.setattr(EmbeddedIndex, "prepare", lambda self: prepared.append(self))
    apps.prepare_index()
    assert prepared == []
    settings.RETRIEVAL_INDEX = "pgvector"
    apps.prepare_index()
    assert len(prepared) == 1


@pytest.mark.django_db
def test_the_embedded_index_keeps_what_was_used_last_within_its_memory(settings: Settings) -> None:
    index = EmbeddedIndex()
    collections = {}
    for name in ("ann", "bob", "eve"):
        store = Datastore("retrieval-user", name)
        store.upsert([NewDocument(text="A heron.")])
        collections[name] = Collection.objects.get(username=name)
    settings.RETRIEVAL_CACHE_BYTES = 2 * index.matrix(collections["ann"]).bytes
    for name in ("bob", "ann", "eve"):
        assert len(index.matrix(collections[name]).ids) == 1
    assert list(index.matrices) == [collections["ann"].pk, collections["eve"].pk]


@pytest.mark.django_db
@pytest.mark.parametrize("error", [KeyboardInterrupt(), EmbeddingError("The service is away.")])
def test_commands_that_are_stopped_say_how_to_go_on(
    error: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*args: Any, **kwargs: Any) -> None:
        raise error

    (tmp_path / "a.txt").write_text("A heron.")
    monkeypatch.setattr(load_documents, "load", stop)
    with pytest.raises(CommandError, match="goes on from there"):
        call_command("load_documents", tmp_path, store="retrieval-none")
    Datastore("retrieval-none").upsert([NewDocument(text="A heron.")])
    Collection.objects.update(model="another")
    monkeypatch.setattr(reembed, "reembed", stop)
    with pytest.raises(CommandError, match="goes on from here"):
        call_command("reembed", store="retrieval-none", stdout=StringIO())


@pytest.mark.django_db
def test_of_two_documents_with_one_id_the_later_is_loaded(tmp_path: Path) -> None:
    rows = [NewDocument(id="x", text="one"), NewDocument(id="x", text="two")]
    tally = loading.load(
        Datastore("retrieval-none"), rows, batch=9, report=print, progress=lambda count: None
    )
    assert (tally.loaded, Document.objects.get().text) == (1, "two")


@pytest.mark.django_db
def test_a_search_of_nothing_but_common_words_is_answered_by_meaning_alone() -> None:
    store = Datastore("retrieval-none")
    store.upsert([NewDocument(text="My name is Ann.")])
    [[hit]] = store.query([("Who are you?", EVERYTHING, 3)])
    assert hit.lexical == 0 < hit.cosine


def test_too_many_slides_and_tables_on_slides() -> None:
    presentation = Presentation()
    for _ in range(3):
        slide = presentation.slides.add_slide(presentation.slide_layouts[6])
        one = Inches(1)
        table = slide.shapes.add_table(1, 2, one, one, one, one).table
        table.cell(0, 0).text, table.cell(0, 1).text = "left", "right"
    content = saved(presentation)
    assert "left | right" in parse(BytesIO(content)).text
    with pytest.raises(FileTooLargeError, match="3 slides"):
        parse(BytesIO(content), limits=Limits(pages=2))


@pytest.mark.parametrize(
    ("answer", "code", "word"), [(b"", -24, "too long"), (b"", 1, "too much"), (b"{", 0, "broken")]
)
def test_a_reader_that_died_is_understood(answer: bytes, code: int, word: str) -> None:
    with pytest.raises(UnreadableFileError, match=word):
        result(answer, code)
