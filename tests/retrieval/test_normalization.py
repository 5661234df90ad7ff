"""Ids, authors and sources are one, however their letters were composed."""

import logging
import unicodedata
from importlib import import_module
from urllib.parse import quote

import pytest
from django.apps import apps
from django.contrib.auth.models import User

from retrieval.models import Collection, Document
from tests.conftest import Mount
from tests.retrieval.test_operations import ask

COMPOSED = "café"
DECOMPOSED = unicodedata.normalize("NFD", COMPOSED)
SPELLINGS = [COMPOSED, DECOMPOSED]
pytestmark = [pytest.mark.django_db, pytest.mark.database]


def save(mount: Mount, name: str, text: str = "The ferry leaves at nine.") -> None:
    metadata = {"author": name, "source_id": name}
    body = {"documents": [{"id": name, "text": text, "metadata": metadata}]}
    assert mount.post("/upsert", body).status_code == 200


@pytest.mark.parametrize("written", SPELLINGS)
@pytest.mark.parametrize("read", SPELLINGS)
def test_a_document_is_found_by_either_spelling(
    open_plugin: Mount, written: str, read: str
) -> None:
    save(open_plugin, written, text=f"The {DECOMPOSED} opens at nine.")
    for path in (f"/documents/{quote(read)}", f"/fetch?id={quote(read)}"):
        answer = open_plugin.get(path).json()
        assert answer["id"] == COMPOSED
        assert DECOMPOSED in answer["text"]  # a text stays as it was written
    for name in ("author", "source_id", "document_id"):
        assert len(ask(open_plugin, "When?", filter={name: read})) == 1, name
    save(open_plugin, read, text="Replaced.")
    assert Document.objects.count() == 1
    assert open_plugin.delete("/delete", {"ids": [read]}).json()["deleted"] == 1


@pytest.mark.parametrize("filtered_by", ["author", "source_id", "document_id"])
def test_a_deletion_by_either_spelling_is_of_the_same(open_plugin: Mount, filtered_by: str) -> None:
    save(open_plugin, COMPOSED)
    body = {"filter": {filtered_by: DECOMPOSED}}
    assert open_plugin.delete("/delete", body).json()["deleted"] == 1


def test_one_document_is_not_there_twice_in_one_call(open_plugin: Mount) -> None:
    documents = [{"id": name, "text": "One."} for name in SPELLINGS]
    answer = open_plugin.post("/upsert", {"documents": documents})
    assert (answer.status_code, "there twice" in answer.json()["detail"]) == (400, True)


def test_a_name_is_measured_as_it_is_kept(open_plugin: Mount) -> None:
    grows = "\N{DEVANAGARI LETTER QA}"  # which Form C takes apart
    answer = open_plugin.post("/upsert", {"documents": [{"id": grows * 150, "text": "One."}]})
    assert (answer.status_code, "200 characters" in answer.json()["detail"]) == (400, True)
    assert open_plugin.get(f"/documents/{quote(grows * 150)}").status_code == 404


# --- What was there before ---------------------------------------------------------------


def migrate() -> None:
    import_module("retrieval.migrations.0003_compose_names").compose(apps, None)


def test_documents_that_were_there_are_found(open_plugin: Mount) -> None:
    save(open_plugin, "other")
    Document.objects.update(key=DECOMPOSED, author=DECOMPOSED, source_id=DECOMPOSED)
    for _ in range(2):
        migrate()
    assert open_plugin.get(f"/documents/{quote(DECOMPOSED)}").json()["metadata"] == {
        "author": COMPOSED,
        "source_id": COMPOSED,
    }


def test_of_two_documents_with_one_id_each_is_kept_and_it_is_told(
    open_plugin: Mount, caplog: pytest.LogCaptureFixture
) -> None:
    save(open_plugin, COMPOSED, text="The first.")
    save(open_plugin, f"{COMPOSED}-2", text="The second.")
    save(open_plugin, "other", text="The third.")
    Document.objects.filter(key="other").update(key=DECOMPOSED)
    with caplog.at_level(logging.WARNING):
        migrate()
    texts = {
        key: open_plugin.get(f"/documents/{quote(key)}").json()["text"]
        for key in (COMPOSED, f"{COMPOSED}-2", f"{COMPOSED}-3")
    }
    assert [*texts.values()] == ["The first.", "The second.", "The third."]
    assert f"“{COMPOSED}-3” now" in caplog.text


def test_a_persons_documents_move_to_the_name_they_are_looked_for_by() -> None:
    Collection.objects.create(store="retrieval-user", username=DECOMPOSED)
    migrate()
    assert Collection.objects.get().username == COMPOSED


def test_two_peoples_documents_stay_apart_and_it_is_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    for username in SPELLINGS:
        User.objects.create(username=username)
        Collection.objects.create(store="retrieval-user", username=username)
    with caplog.at_level(logging.WARNING):
        migrate()
    assert {each.username for each in Collection.objects.all()} == set(SPELLINGS)
    assert "stay as they are" in caplog.text
