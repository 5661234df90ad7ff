"""Saving on the page for people: where success is said, what a refusal keeps, and the stages."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from retrieval.datastore import Datastore, NewDocument
from retrieval.models import Document

pytestmark = pytest.mark.django_db
OPEN = "/retrieval-none/library"
KNOWN = {"author": "Ann Owl", "created_at": "March 2024"}
LINES = {"accept": "application/x-ndjson"}


def big(size: int = 5_000) -> SimpleUploadedFile:
    return SimpleUploadedFile("big.txt", b"word " * (size // 5))


def stages(response: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in response.getvalue().splitlines()]


def test_success_is_said_at_the_form_and_focused(client: Client) -> None:
    response = client.post(OPEN, {"text": "Herons nest by the mill."})
    assert response.status_code == 302
    assert response["Location"].endswith("#said")
    text = client.get(response["Location"]).text
    _, _, after = text.partition('<h2 id="add">')
    said, _, _ = after.partition("<form")
    assert 'id="said"' in said and 'role="status"' in said and 'tabindex="-1"' in said
    assert "Herons nest by the mill." in said and "24 characters in 1 passage" in said


def test_loading_the_page_again_saves_nothing_again(client: Client) -> None:
    response = client.post(OPEN, {"text": "Herons"}, follow=True)
    assert response.request["REQUEST_METHOD"] == "GET"
    assert Document.objects.count() == 1


def test_success_is_said_of_ones_own_documents_alone(client: Client, ann: User, bob: User) -> None:
    [key] = Datastore("retrieval-user", "ann").upsert([NewDocument(text="A secret owl")])
    client.force_login(bob)
    page = client.get("/retrieval-user/library", {"saved": key}).text
    assert "secret" not in page and "Saved:" not in page


def test_deletions_are_said_at_the_documents(client: Client) -> None:
    [key] = Datastore("retrieval-none").upsert([NewDocument(text="a")])
    response = client.post(f"{OPEN}/delete", {"id": key})
    assert response["Location"].endswith("/library#said")
    _, _, after = client.get(OPEN).text.partition('<section class="kept"')
    assert "Deleted 1 document." in after.partition("<h2")[0]


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        ({"text": "Herons nest", "created_at": "soon"}, ["Herons nest", 'value="soon"', "Ann Owl"]),
        ({"text": ""}, ["Ann Owl", "March 2024"]),
        ({"text": "A heron", "author": "a" * 1000}, ["A heron", "a" * 1000, "March 2024"]),
        ({"file": SimpleUploadedFile("a.png", b"\x89PNG\r\n\x1a\n" + bytes(50))}, ["Ann Owl"]),
        ({"file": SimpleUploadedFile("a.txt", b"x"), "text": "A heron"}, ["A heron", "Ann Owl"]),
    ],
)
def test_a_refusal_keeps_what_the_form_says(
    client: Client, fields: dict[str, Any], kept: list[str]
) -> None:
    response = client.post(OPEN, {**KNOWN, **fields})
    assert response.status_code == 400
    assert all(each in response.text for each in kept)
    assert 'id="wrong" role="alert"' in response.text
    assert ("choose the file again" in response.text) == ("file" in fields)


@pytest.mark.parametrize("order", [("file", "author"), ("author", "file")])
def test_too_large_a_file_is_told_at_its_field_and_the_rest_is_kept(
    client: Client, settings: Settings, order: tuple[str, str]
) -> None:
    settings.RETRIEVAL_LOAD_MAX_BYTES = 1_000
    fields = {"file": big(), **KNOWN}
    response = client.post(OPEN, {name: fields[name] for name in order})
    assert response.status_code == 413
    assert "too large" in response.text and "Ann Owl" in response.text
    assert "choose the file again" in response.text
    assert not Document.objects.exists()


def test_far_too_large_a_form_is_not_read(client: Client, settings: Settings) -> None:
    settings.RETRIEVAL_LOAD_MAX_BYTES = 1_000
    response = client.post(OPEN, {**KNOWN, "file": big(200_000)})
    assert response.status_code == 413
    assert "way back leads to the form" in response.text


def test_too_long_a_text_is_refused_with_words(client: Client, settings: Settings) -> None:
    text = "a" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
    response = client.post(OPEN, {"text": text})
    assert response.status_code == 413
    assert "too long" in response.text


def test_limits_are_said_before_anybody_tries(client: Client, settings: Settings) -> None:
    settings.RETRIEVAL_LOAD_MAX_PAGES = 2_000
    assert "At most 50 MiB, and 2,000 pages each." in client.get(OPEN).text


def test_a_script_is_told_each_stage_and_where_it_ends(client: Client) -> None:
    file = SimpleUploadedFile("notes.md", b"# Notes\n\nThe kettle is broken.")
    response = client.post(OPEN, {"file": file}, headers=LINES)
    assert response["Content-Type"] == "application/x-ndjson"
    assert not Document.objects.exists()  # each stage is told as it begins
    reading, embedding, end = stages(response)
    assert reading == {"stage": "Reading the file …"}
    assert embedding == {"stage": "Making 1 passage searchable …", "done": 0}
    key = Document.objects.get().key
    place = f"http://testserver{OPEN}?saved={key}#said"
    assert end == {"saved": key, "notes": [], "place": place}


def test_a_script_is_told_how_many_passages_are_done(client: Client) -> None:
    text = "\n\n".join(f"# Part {n}\n\n" + "A heron. " * 80 for n in range(70))
    told = stages(client.post(OPEN, {"text": text}, headers=LINES))
    done = [each["done"] for each in told if "done" in each]
    assert done[0] == 0 and len(done) > 1 and done == sorted(done) and done[-1] < 1
    assert Document.objects.get().chunks.count() > 64


def test_what_there_is_to_say_of_a_file_is_said_at_the_form(client: Client) -> None:
    def guessed() -> SimpleUploadedFile:
        return SimpleUploadedFile(
            "a.txt", "Le café est fermé en été, à côté de l’école.".encode("cp1252")
        )

    *_, end = stages(client.post(OPEN, {"file": guessed()}, headers=LINES))
    [note] = end["notes"]
    assert "encoding" in note
    page = client.post(OPEN, {"file": guessed()}, follow=True).text
    _, _, said = page.partition('id="said"')
    assert "encoding" in said.partition("<form")[0]


def test_what_is_stopped_meanwhile_has_saved_nothing() -> None:
    steps = Datastore("retrieval-none").upserting([NewDocument(text="Herons")])
    assert next(steps) == (0, 1)
    steps.close()
    assert not Document.objects.exists()


def test_a_text_has_no_stage_of_reading(client: Client) -> None:
    response = client.post(OPEN, {"text": "Herons"}, headers=LINES)
    assert [min(stage) for stage in stages(response)] == ["done", "notes"]


@pytest.mark.parametrize(
    ("fields", "name", "words"),
    [
        ({}, "__all__", "one of the two"),
        ({"text": "a", "created_at": "soon"}, "created_at", "not a date"),
        ({"file": SimpleUploadedFile("a.png", b"\x89PNG\r\n\x1a\n")}, "file", "not read here"),
        ({"text": "word " * 5_000}, "__all__", "together may make 1 passages"),
    ],
)
def test_a_script_is_told_what_is_wrong_by_field(
    client: Client, settings: Settings, fields: dict[str, Any], name: str, words: str
) -> None:
    settings.RETRIEVAL_MAX_COLLECTION_CHUNKS = 1
    *_, end = stages(client.post(OPEN, fields, headers=LINES))
    assert words in end["errors"][name][0]
    assert not Document.objects.exists()


def test_a_forged_form_is_refused_whatever_it_accepts() -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(OPEN, {"text": "forged"}, headers=LINES).status_code == 403


def test_a_stranger_is_led_to_sign_in_before_anything_is_read(
    client: Client, settings: Settings
) -> None:
    settings.RETRIEVAL_LOAD_MAX_BYTES = 1_000
    response = client.post("/retrieval-user/library", {"file": big(200_000)})
    assert response.status_code == 302


def test_what_the_page_costs_after_saving(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    [key] = Datastore("retrieval-none").upsert([NewDocument(text="a")])
    with django_assert_num_queries(6):  # four for the lists, which it is, and what it is
        client.get(OPEN, {"saved": key})
