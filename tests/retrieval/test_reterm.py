"""Documents of an older version of the site: found as they were, and brought up to date."""

import logging
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from retrieval import apps, lexical, reterming
from retrieval.datastore import Datastore, NewDocument
from retrieval.filters import EVERYTHING
from retrieval.models import Chunk, Collection
from retrieval.reembedding import reembed
from retrieval.terms import VERSION, terms

pytestmark = pytest.mark.django_db

TEXTS = {
    "thai": "วันจันทร์ห้องสมุดเปิดเก้าโมงเช้า",
    "english": "The library opens at nine.",
    "russian": "Читателю выдают не больше пяти книг.",
}


@pytest.fixture
def old() -> Datastore:
    """Three documents with terms as the first version made them: a letter each, and no stems."""
    store = Datastore("retrieval-none")
    store.upsert([NewDocument(id=key, text=text) for key, text in TEXTS.items()])
    collection = Collection.objects.get()
    for chunk in Chunk.objects.select_related("document"):
        if chunk.document.key != "english":
            chunk.terms = lexical.indexed(collection, [c for c in chunk.text if c.isalpha()])
            chunk.save()
    count = sum(len(chunk.terms.split()) for chunk in Chunk.objects.all())
    Collection.objects.update(terms_version=1, term_count=count)
    return store


def words_alike(store: Datastore, question: str) -> float:
    [[hit, *_]] = store.query([(question, EVERYTHING, 1)])
    return hit.lexical


def run(command: str) -> str:
    out = StringIO()
    call_command(command, stdout=out)
    return out.getvalue()


def test_until_then_english_words_are_found_and_others_are_not(old: Datastore) -> None:
    assert words_alike(old, "libraries") > 0
    assert words_alike(old, "ห้องสมุด") == 0


@pytest.mark.parametrize("command", ["reindex", "reembed"])
def test_a_command_brings_the_words_up_to_date(command: str, old: Datastore) -> None:
    assert "words of 3 chunks" in run(command)
    assert words_alike(old, "ห้องสมุด") > 0
    assert words_alike(old, "книги") > 0
    collection = Collection.objects.get()
    assert collection.terms_version == VERSION
    assert collection.term_count == sum(len(terms(text)) for text in TEXTS.values())
    assert "words of" not in run(command)


def test_it_counts_a_title_as_a_new_document_would(old: Datastore) -> None:
    text = "The heron\n\n" + "It waits by the water all day. " * 60
    old.upsert([NewDocument(id="titled", text=text)])
    chunks = Chunk.objects.filter(document__key="titled").order_by("position")
    new = [chunk.terms for chunk in chunks]
    for chunk in chunks:
        chunk.terms = lexical.indexed(chunk.collection, terms(chunk.text))
        chunk.save()
    Collection.objects.update(terms_version=2)
    run("reindex")
    assert len(new) > 1
    assert [chunk.terms for chunk in chunks.all()] == new


def test_what_was_stopped_goes_on_where_it_was(
    old: Datastore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reterming, "BATCH", 1)
    collection = Collection.objects.get()
    assert reterming.reterm_some(collection) == 1
    assert words_alike(old, "ห้องสมุด") > 0
    old.upsert([NewDocument(id="new", text="Новые книги.")])  # meanwhile
    made: list[int] = []
    reterming.reterm(collection, progress=made.append)
    assert sum(made) == 3  # two of before, and the new one
    assert Collection.objects.get().terms_version == VERSION


def test_the_operator_is_told(old: Datastore, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        apps.tell_of_old_terms()
    assert "manage.py reindex" in caplog.text
    run("reindex")
    caplog.clear()
    apps.tell_of_old_terms()
    assert not caplog.text


def test_marks_that_are_letters_stay_in_the_database_s_index(old: Datastore) -> None:
    run("reindex")
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT term FROM retrieval_vocabulary")
            held = {term for (term,) in cursor.fetchall()}
        pk = Collection.objects.get().pk
        assert f"{pk}_ห้อ" in held
        assert all(term.startswith(f"{pk}_") for term in held)


def test_an_emptied_collection_takes_the_new_rule(old: Datastore) -> None:
    old.delete_all()
    old.upsert([NewDocument(text="ห้องสมุด")])
    assert Collection.objects.get().terms_version == VERSION


def test_a_collection_that_went_meanwhile_is_passed_over(old: Datastore) -> None:
    collection = Collection.objects.get()
    Collection.objects.all().delete()
    reterming.reterm(collection)
    reembed(collection, progress=int)
