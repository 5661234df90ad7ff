"""What is found, in the languages that people write, and in what order."""

from typing import Any

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from retrieval import lexical
from retrieval.datastore import Datastore, NewDocument
from retrieval.embeddings import embedder
from retrieval.filters import EVERYTHING
from retrieval.models import Collection

pytestmark = pytest.mark.django_db

SHELF = {
    "Russian": (
        "Сколько книг можно взять?",
        "Читателю выдают не больше пяти книг.",
        "Часы работы.",
    ),
    "Greek": ("Πότε ανοίγει η βιβλιοθήκη;", "Οι βιβλιοθήκες ανοίγουν στις εννέα.", "Το πρόστιμο."),
    "Arabic": ("متى تفتح المكتبة؟", "تُفتح المكتبات في التاسعة صباحا.", "غرامة التأخير يومية."),
    "Thai": ("ห้องสมุดเปิดกี่โมง", "วันจันทร์ห้องสมุดเปิดเก้าโมงเช้า", "ค่าปรับวันละห้าบาท"),
    "Chinese": ("图书馆几点开门?", "每周一图书馆九点开门。", "逾期每天罚款五元。"),
    "German": ("Wo stehen die Bücher?", "Das Buch steht im zweiten Stock.", "Die Gebühr ist hoch."),
    "Hindi": ("किताबें कहाँ हैं?", "किताब दूसरी मंज़िल पर है।", "जुर्माना पाँच रुपये है।"),
}


def test_what_many_hold_is_counted_once_for_each_version(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """PostgreSQL takes long to count it; what few hold is counted each time."""
    monkeypatch.setattr(lexical, "COMMON", 3)
    store = Datastore("retrieval-none")
    store.upsert([NewDocument(id=f"{n}", text=f"A heron in lake {n}.") for n in range(3)])
    counted_each_time = int(connection.vendor == "sqlite")
    for herons, queries in ((3, 1), (3, counted_each_time), (4, 1)):
        if herons == 4:
            store.upsert([NewDocument(text="One more heron.")])
        collection = store.collection()
        assert collection
        with django_assert_num_queries(queries):
            assert lexical.frequencies(collection, ["heron"]) == {"heron": herons}
        with django_assert_num_queries(1):
            found = lexical.frequencies(collection, ["heron", "lake", "0"])
        assert found == {"heron": herons, "lake": 3, "0": 1}
    Collection.objects.update(terms_done=1)  # some were given terms by another rule
    collection = store.collection()
    assert collection
    with django_assert_num_queries(1):
        lexical.frequencies(collection, ["heron"])
    store.delete_ids(["0", "1"])
    collection = store.collection()
    assert collection
    assert lexical.frequencies(collection, ["heron", "lake"]) == {"heron": 2, "lake": 1}


def test_postgresql_finds_what_many_hold_by_the_index(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    store = Datastore("retrieval-none")
    store.upsert([NewDocument(id=f"{n}", text=f"A heron in lake {n}.") for n in range(3)])
    collection = store.collection()
    assert collection
    question = {"heron": 1.0}, {"heron": 3}
    options: Any = {"limit": 9, "where": EVERYTHING}
    with django_assert_num_queries(1):
        few = lexical.candidates(collection, *question, **options)
    monkeypatch.setattr(lexical, "COMMON", 3)
    # Within the transaction of a test: a savepoint, what it sets, and the end of the savepoint.
    with django_assert_num_queries(1 if connection.vendor == "sqlite" else 4):
        assert lexical.candidates(collection, *question, **options) == few
    assert len(few) == 3


def test_counts_are_kept_of_so_many_collections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexical, "COMMON", 1)
    monkeypatch.setattr(lexical, "COUNTED_MAX", 2)
    for name in ("ann", "bob", "cid"):
        store = Datastore("retrieval-user", name)
        store.upsert([NewDocument(text="A heron.")])
        collection = store.collection()
        assert collection
        assert lexical.frequencies(collection, ["heron"]) == {"heron": 1}
        # SQLite knows its counts by itself, so none are kept there.
        assert len(lexical.COUNTED) in ((1, 2) if connection.vendor == "postgresql" else (0,))


@pytest.mark.parametrize("language", SHELF)
def test_words_find_their_answer_in_a_language_that_the_model_does_not_know(language: str) -> None:
    question, answer, other = SHELF[language]
    store = Datastore("retrieval-none")
    store.upsert([NewDocument(id="other", text=other), NewDocument(id="answer", text=answer)])
    [[first, second]] = store.query([(question, EVERYTHING, 2)])
    assert first.chunk.document.key == "answer"
    assert first.lexical > second.lexical


@pytest.mark.parametrize(
    ("question", "known"),
    [
        ("When does the library open in winter?", 1.0),
        ("Когда открывается библиотека зимой?", 0.05),
        ("ห้องสมุดเปิดกี่โมง", 0.05),
        ("图书馆几点开门?", 0.05),
    ],
)
def test_the_model_is_heard_as_far_as_it_knows_the_questions_words(
    question: str, known: float
) -> None:
    assert embedder().knowledge(question) == known


def test_of_a_language_near_to_its_own_it_knows_some() -> None:
    assert 0.2 < embedder().knowledge("Wann öffnet die Bibliothek im Winter?") < 0.9


def test_a_score_of_about_nothing_says_that_nothing_fits() -> None:
    store = Datastore("retrieval-none")
    store.upsert([NewDocument(text="The tax return is due at the end of May.")])
    [[hit]] = store.query([("Where do herons sleep?", EVERYTHING, 1)])
    assert hit.score < 0.15


def test_what_is_like_the_first_answers_comes_before_what_is_not() -> None:
    store = Datastore("retrieval-none")
    texts = {
        "answer": "Herons sleep in tall trees near the water.",
        "like it": "Grey herons and egrets roost in colonies, high in trees beside rivers.",
        "other": "Hotels near the water are where tourists sleep in summer.",
    }
    store.upsert([NewDocument(id=key, text=text) for key, text in texts.items()])
    [hits] = store.query([("Where do herons sleep?", EVERYTHING, 3)])
    assert [hit.chunk.document.key for hit in hits] == ["answer", "like it", "other"]
