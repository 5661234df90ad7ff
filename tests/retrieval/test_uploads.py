"""Files that come as a form: what is saved of them, and what is refused in words."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from retrieval.models import Chunk
from tests.conftest import Mount
from tests.retrieval.documents import docx, pdf
from tests.retrieval.test_operations import ask

pytestmark = pytest.mark.django_db


def upload(
    mount: Mount,
    content: bytes,
    name: str = "a.bin",
    *,
    query: str = "",
    more: dict[str, bytes] | None = None,
    token: str | None = None,
    **fields: str,
) -> Any:
    """Send a form with a file, `more` files by their names, and other fields."""
    boundary = "XXboundaryXX"
    lines = [
        f"--{boundary}\r\nContent-Disposition: form-data; "
        f'name="{field}"\r\n\r\n{value}\r\n'.encode()
        for field, value in fields.items()
    ]
    for each, held in {name: content, **(more or {})}.items():
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{each}"\r\n'
        lines += [head.encode(), b"Content-Type: text/plain\r\n\r\n", held, b"\r\n"]
    body = b"".join([*lines, f"--{boundary}--\r\n".encode()])
    kind = f"multipart/form-data; boundary={boundary}"
    return mount.post(f"/upsert-file{query}", raw=body, content_type=kind, token=token)


def test_a_file_is_saved_and_found(open_plugin: Mount) -> None:
    content = pdf("Penguins live in the south.", "Polar bears live in the north.")
    metadata = '{"author": "Ann", "created_at": "2024-03-05"}'
    response = upload(open_plugin, content, "wrong.txt", metadata=metadata)
    assert response.status_code == 200, response.content
    [best] = ask(open_plugin, "Where are penguins at home?", top_k=1)
    assert "Penguins" in best["text"]
    assert best["metadata"]["source"] == "file"
    assert best["metadata"]["author"] == "Ann"


@pytest.mark.parametrize(
    ("content", "fields", "status", "word"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(99), {}, 415, "not read here"),
        (docx("x")[:-99], {}, 422, "broken"),
        (b"  ", {}, 422, "no text"),
        (b"text", {"metadata": "{"}, 400, "not JSON"),
        (b"text", {"metadata": '{"sauce": "x"}'}, 400, "sauce"),
        (b"text", {"metadata": "[]"}, 400, "object"),
        (b"text" * 1000, {}, 413, "at most"),
    ],
)
def test_a_file_that_cannot_be_saved_is_refused_in_words(
    open_plugin: Mount,
    settings: Settings,
    content: bytes,
    fields: dict[str, str],
    status: int,
    word: str,
) -> None:
    settings.RETRIEVAL_MAX_FILE_BYTES = 40_000 if content[:2] == b"PK" else 3_000
    response = upload(open_plugin, content, query="?wait=true", **fields)  # type: ignore[arg-type]
    assert response.status_code == status, response.content
    assert word in response.json()["detail"]
    assert not Chunk.objects.exists()


def test_a_far_too_large_file_is_refused_before_it_is_read(
    open_plugin: Mount, settings: Settings
) -> None:
    settings.RETRIEVAL_LOAD_MAX_BYTES = 1_000
    assert upload(open_plugin, b"x" * 100_000).status_code == 413


def test_a_file_that_is_no_form_is_told_how(open_plugin: Mount) -> None:
    response = open_plugin.post("/upsert-file", raw=b"hello", content_type="text/plain")
    assert response.status_code == 400
    assert "curl -F file=@" in response.json()["detail"]


@pytest.mark.parametrize("suffix", ["x" * 300, "/../../etc/passwd", "\u202etxt", "t\0t", "-c"])
def test_a_file_may_have_any_name(open_plugin: Mount, suffix: str) -> None:
    assert upload(open_plugin, b"A heron.", f"a.{suffix}").status_code == 200


def test_a_file_may_have_an_id_and_replaces_what_has_it(shelf: Mount) -> None:
    assert upload(shelf, b"A heron.", id="cat").json() == {"ids": ["cat"]}
    assert shelf.get("/documents/cat").json()["text"] == "A heron."


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"author": "Ann"}, "no field 'author'"),
        ({"metadata": SimpleUploadedFile("m.json", b"{}")}, "not a file"),
        ({"metadata": ["{}", "{}"]}, "more than once"),
        ({"file": ["x"]}, "no file"),
        ({"id": "a/b"}, "slash"),
    ],
)
def test_a_part_that_would_be_passed_over_is_refused(
    open_plugin: Mount, body: dict[str, Any], word: str
) -> None:
    client = Client(headers={"host": "localhost"})
    parts = {"file": SimpleUploadedFile("a.txt", b"A heron."), **body}
    response = client.post("/retrieval-none/upsert-file", parts)
    assert response.status_code == 400
    assert word in response.json()["detail"]
    assert not Chunk.objects.exists()


def test_a_form_without_a_file_is_told_so(open_plugin: Mount) -> None:
    client = Client(headers={"host": "localhost"})
    response = client.post("/retrieval-none/upsert-file", {"metadata": "{}"})
    assert response.status_code == 400
    assert "file" in response.json()["detail"]


def test_a_form_sent_where_json_is_wanted_is_told_so(open_plugin: Mount) -> None:
    client = Client(headers={"host": "localhost"})
    response = client.post("/retrieval-none/upsert", {"text": "A heron."})
    assert response.status_code == 400
    assert "a form, not JSON" in response.json()["detail"]


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
    response = open_plugin.post("/upsert-file", raw=raw, content_type=kind)
    assert response.status_code == 400, response.content
    assert response.json()["detail"]


def test_fields_beside_the_file_may_not_be_endless(open_plugin: Mount, settings: Settings) -> None:
    field = b'--x\r\nContent-Disposition: form-data; name="metadata"\r\n\r\n'
    raw = field + b"a" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE + b"\r\n--x--\r\n"
    response = open_plugin.post(
        "/upsert-file", raw=raw, content_type="multipart/form-data; boundary=x"
    )
    assert response.status_code == 413


def form(*parts: tuple[str, bytes]) -> bytes:
    """Return a form of parts, each the rest of its Content-Disposition and what it holds."""
    return (
        b"".join(
            b"--x\r\nContent-Disposition: form-data; "
            + head.encode("latin-1")
            + b"\r\n\r\n"
            + held
            + b"\r\n"
            for head, held in parts
        )
        + b"--x--\r\n"
    )


def test_a_charset_may_be_anything(open_plugin: Mount) -> None:
    for charset in ('"\0"', "-c", "x" * 300, '"\xc3\xa9"', "utf-8"):
        head = f'name="file"; filename="a.txt"\r\nContent-Type: text/plain; charset={charset}'
        answer = open_plugin.post(
            "/upsert-file",
            raw=form((head, b"A heron.")),
            content_type="multipart/form-data; boundary=x",
        )
        assert answer.status_code == 200, (charset, answer.content)


LATIN_1 = ('name="file"; filename="a.txt"', b"\xe9" * 200_000)
NOTE = ('name="file"; filename="a.txt"', b"The ferry leaves at nine.")
METADATA = 'name="metadata"'


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ([('name="file"; filename="Fähre.txt"', b"Text.")], "or of its file, is no UTF-8"),
        ([('name="file"; filename="F\xc3.txt"', b"Text.")], "or of its file, is no UTF-8"),
        ([NOTE, (METADATA, b'{"author": "Jos\xe9"}')], "metadata: Is no UTF-8."),
        ([NOTE, ('name="metad\xe4ta"', b"{}")], "is no UTF-8"),
        ([NOTE, (METADATA, b'{"author": "a", "author": "b"}')], "'author' is there twice"),
    ],
)
def test_what_is_no_utf_8_is_not_guessed(
    open_plugin: Mount, parts: list[tuple[str, bytes]], words: str
) -> None:
    kind = "multipart/form-data; boundary=x"
    answer = open_plugin.post("/upsert-file", raw=form(*parts), content_type=kind)
    assert (answer.status_code, words in answer.json()["detail"]) == (400, True), answer.content
    assert not Chunk.objects.exists()


@pytest.mark.parametrize(
    "parts",
    [
        [(METADATA, b'\xef\xbb\xbf{"author": "Jos\xc3\xa9"}'), NOTE],
        [NOTE, (METADATA, b'{"author": "Jos\xc3\xa9"}')],
        [
            ('name="file"; filename="\xc3\xa9.txt"', b"\xe9" * 200_000),
            (METADATA, b'{"author": "Jos\xc3\xa9"}'),
        ],
    ],
)
def test_the_bytes_of_a_file_are_not_taken_for_text(
    open_plugin: Mount, parts: list[tuple[str, bytes]]
) -> None:
    kind = "multipart/form-data; boundary=x"
    answer = open_plugin.post("/upsert-file?wait=true", raw=form(*parts), content_type=kind)
    assert answer.status_code == 200, answer.content
    [key] = answer.json()["ids"]
    assert open_plugin.get(f"/documents/{key}").json()["metadata"]["author"] == "José"
