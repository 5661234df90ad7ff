"""What is found, in the languages that people write, and in what order."""

import pytest

from retrieval.datastore import Datastore, NewDocument
from retrieval.embeddings import embedder
from retrieval.filters import EVERYTHING

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
