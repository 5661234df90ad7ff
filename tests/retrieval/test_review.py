"""What a model says of documents before they are stored, asked over a real socket."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from retrieval.management.commands import load_documents
from retrieval.models import Document
from retrieval.review import PART, SHARED
from tests.development_server import PROJECT
from tests.ports import free_port
from tests.retrieval.reviewing_model import Model, model_that

pytestmark = pytest.mark.django_db

KEY = "sk-the-key-of-the-tests"
NUMBER = re.compile(r"\d{3} \d{4}")


@contextmanager
def asking(settings: Settings, answer: Callable[[str, str], str | bytes | int]) -> Iterator[Model]:
    with model_that(answer) as model:
        settings.RETRIEVAL_REVIEW_MODEL = "scripted"
        settings.RETRIEVAL_REVIEW_KEY = KEY
        settings.RETRIEVAL_REVIEW_URL = model.url
        yield model


def by_numbers(instructions: str, text: str) -> str:
    """Find telephone numbers in a text."""
    assert "personal data" in instructions
    return json.dumps({"found": ["telephone number"] if NUMBER.search(text) else []})


def load(path: Path, **options: Any) -> tuple[str, str]:
    """Return what the command says, and what it says beside that."""
    out, err = StringIO(), StringIO()
    try:
        call_command(
            "load_documents", path, store="retrieval-none", stdout=out, stderr=err, **options
        )
    except CommandError as error:
        return str(error), err.getvalue()
    return out.getvalue(), err.getvalue()


@pytest.fixture
def letters(tmp_path: Path) -> Path:
    (tmp_path / "heron.txt").write_text("A heron, by Ann Lee, on 5 March 2024.")
    (tmp_path / "call.txt").write_text("Call me at 555 0100.")
    return tmp_path


def stored() -> list[str]:
    return sorted(Document.objects.values_list("source_id", flat=True))


def test_a_document_with_personal_data_is_held_back_and_told(
    letters: Path, settings: Settings
) -> None:
    with asking(settings, by_numbers) as model:
        said, beside = load(letters, screen=True)
    assert stored() == ["heron.txt"]
    assert "Loaded 1 document" in said and "1 held back for personal data" in said
    assert "call.txt: held back, as there is personal data: telephone number." in beside
    assert "555" not in said + beside  # what it is, is nobody's
    assert beside.startswith("What is new is sent to scripted at 127.0.0.1 first.")
    assert sorted(model.texts) == sorted(path.read_text() for path in letters.iterdir())
    assert set(model.keys) == {f"Bearer {KEY}"}


def test_nothing_is_sent_where_nobody_asked_for_it_nor_what_is_in(
    letters: Path, settings: Settings
) -> None:
    with asking(settings, by_numbers) as model:
        load(letters)
        assert model.asked == [] and len(stored()) == 2
        said, _ = load(letters, screen=True)
        assert model.asked == [] and "2 were there already" in said


@pytest.mark.parametrize("at", [0, PART - SHARED, PART - 4, PART + 10, 3 * PART])
def test_every_part_of_a_long_document_is_looked_at(
    tmp_path: Path, settings: Settings, at: int
) -> None:
    rows = [{"text": "word " * (at // 5) + "Call 555 0100. " + "word " * 100}]
    (tmp_path / "a.json").write_text(json.dumps(rows))
    with asking(settings, by_numbers) as model:
        load(tmp_path / "a.json", screen=True)
    assert stored() == []
    assert max(map(len, model.texts)) <= PART


WORDS = {
    "a fence": '```json\n{"found": ["telephone number", "telephone number"]}\n```',
    "words": 'There is: {"found": ["telephone number"]}. Is there more to do?',
    "a kind of its own": '{"found": ["telephone number", "call 555 0100", 7, null]}',
}


@pytest.mark.parametrize("said", WORDS.values(), ids=WORDS)
def test_an_answer_may_be_wrapped_and_is_not_repeated(
    letters: Path, settings: Settings, said: str
) -> None:
    with asking(settings, lambda *_: said):
        _, beside = load(letters, screen=True)
    assert stored() == []
    assert beside.count("personal data: telephone number") == 2 and "555" not in beside


NO_ANSWERS = {
    "nothing": "",
    "words": "No.",
    "a list": "[]",
    "no JSON": "{found}",
    "half": "}{",
    "text": '{"found": "none"}',
    "null": '{"found": null}',
    "nothing of it": "{}",
    "twice": '{"found": ["health"], "found": []}',
    "deep": '{"found": ' + "[" * 100_000 + "}",
    "400": 400,
    "413": 413,
}


@pytest.mark.parametrize("said", NO_ANSWERS.values(), ids=NO_ANSWERS)
def test_what_the_model_says_nothing_of_is_not_stored(
    letters: Path, settings: Settings, said: str | int
) -> None:
    with asking(settings, lambda *_: said):
        words, beside = load(letters, screen=True)
    assert stored() == [] and "2 could not be loaded" in words
    assert "heron.txt: the model d" in beside


@pytest.mark.parametrize("status", [401, 404, 429, 500])
def test_a_model_that_is_away_stops_the_load_and_its_key_is_not_told(
    letters: Path, settings: Settings, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    with asking(settings, lambda *_: status):
        said, beside = load(letters, screen=True)
    assert stored() == []
    assert f"The model at 127.0.0.1 did not answer ({status})" in said and "goes on" in said
    assert KEY not in said + beside + caplog.text


def test_nobody_at_the_address_is_told(letters: Path, settings: Settings) -> None:
    settings.RETRIEVAL_REVIEW_MODEL = "scripted"
    settings.RETRIEVAL_REVIEW_URL = f"http://127.0.0.1:{free_port()}/v1"
    said, _ = load(letters, screen=True)
    assert stored() == [] and "RETRIEVAL_REVIEW_URL" in said


@pytest.mark.parametrize(
    "body", [b"", b"{nope", b'{"a": "\xff"}', b"[" * 100_000, b'{"choices": {"a": 1}}']
)
def test_an_answer_that_is_none_stops_the_load(
    letters: Path, settings: Settings, body: bytes
) -> None:
    with asking(settings, lambda *_: body):
        said, _ = load(letters, screen=True)
    assert stored() == [] and "did not answer" in said and "goes on" in said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("URL", "http://[::1/v1"),
        ("URL", "nowhere"),
        ("URL", "file:///etc/passwd"),
        ("KEY", "schlüssel"),
    ],
)
def test_what_is_set_amiss_is_told(
    letters: Path, settings: Settings, name: str, value: str
) -> None:
    with asking(settings, by_numbers):
        setattr(settings, f"RETRIEVAL_REVIEW_{name}", value)
        said, _ = load(letters, screen=True)
    assert "--screen: RETRIEVAL_REVIEW_URL has to be an address" in said and value not in said


def test_nothing_makes_the_terminal_do_something(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "a\x1b[2J.txt").write_text("A heron.")
    answer = json.dumps({"author": "\x1b]0;x\x07\nb.txt: held back", "source": "\x1b[31m"})
    with asking(settings, lambda *_: answer):
        _, beside = load(tmp_path, extract_metadata=True)
    lines = beside.splitlines()
    assert len(lines) == 3 and all(line.isprintable() for line in lines)


def test_what_stops_a_load_ends_the_asking(tmp_path: Path, settings: Settings) -> None:
    """One document is long, and of the next the model says nothing."""
    text = "word " * PART
    rows = [{"id": "one", "text": text}, {"id": "two", "text": "Away."}]
    (tmp_path / "a.json").write_text(json.dumps(rows))

    def answer(instructions: str, said: str) -> str | int:
        time.sleep(0.3)
        return 404 if said == "Away." else '{"found": []}'

    with asking(settings, answer) as model:
        said, _ = load(tmp_path / "a.json", screen=True)
    assert "(404)" in said and len(model.asked) < len(text) / PART


def test_metadata_is_added_where_nothing_was_known_and_told(
    tmp_path: Path, settings: Settings
) -> None:
    rows = [
        {"id": "one", "text": "A heron, by Ann Lee."},
        {"id": "two", "text": "Another.", "metadata": {"author": "Bob", "source": "chat"}},
    ]
    (tmp_path / "a.json").write_text(json.dumps(rows))
    answer = {"author": "Ann Lee", "created_at": "2024-03-05", "source": "email", "url": None}
    answer |= {"mood": "fine"}
    with asking(settings, lambda *_: json.dumps(answer)) as model:
        _, beside = load(tmp_path / "a.json", extract_metadata=True)
    one, two = Document.objects.order_by("key")
    assert (one.author, one.source, one.url) == ("Ann Lee", "email", "")
    assert (two.author, two.source) == ("Bob", "chat")
    assert one.created_at == two.created_at and str(one.created_at).startswith("2024-03-05")
    assert "one: the model says source 'email', author 'Ann Lee', created_at '2024-03-05" in beside
    assert "Bob" not in beside and "mood" not in beside
    assert all("author: Who made it." in each["messages"][0]["content"] for each in model.asked)


def test_what_the_model_says_amiss_is_told_and_left_out(letters: Path, settings: Settings) -> None:
    answer = json.dumps({"author": "x" * 600, "created_at": "spring", "url": ["a"], "source": "?"})
    with asking(settings, lambda *_: answer):
        _, beside = load(letters, extract_metadata=True)
    assert len(stored()) == 2
    assert beside.count("heron.txt: left out of what the model says: ") == 4
    assert "created_at: Names no date" in beside and "says nothing of it" in beside
    assert not Document.objects.exclude(author="").exists()


def test_both_ask_once_each_and_screening_comes_first(letters: Path, settings: Settings) -> None:
    def answer(instructions: str, text: str) -> str:
        return by_numbers(instructions, text) if "found" in instructions else '{"author": "Ann"}'

    with asking(settings, answer) as model:
        load(letters, screen=True, extract_metadata=True)
    assert stored() == ["heron.txt"] and len(model.asked) == 3
    assert Document.objects.get().author == "Ann"


@pytest.mark.parametrize("option", ["screen", "extract_metadata"])
def test_without_a_model_it_is_refused(letters: Path, settings: Settings, option: str) -> None:
    settings.RETRIEVAL_REVIEW_MODEL = ""
    said, _ = load(letters, **{option: True})
    assert f"--{option.replace('_', '-')}: No model is set up. Install" in said
    assert stored() == []


def test_without_the_package_it_is_refused(
    letters: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.RETRIEVAL_REVIEW_MODEL = "scripted"
    monkeypatch.setattr(load_documents, "find_spec", lambda name: None)
    said, _ = load(letters, screen=True)
    assert "--screen: This needs the package 'openai'" in said and stored() == []


def test_without_the_package_documents_are_loaded_all_the_same() -> None:
    """Which only a process that has not loaded it can show."""
    code = (
        "import sys; sys.modules['openai'] = None; import django; django.setup()\n"
        "import retrieval.management.commands.load_documents"
    )
    subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=True)
