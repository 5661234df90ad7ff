"""Texts made to be slow: none costs the square of its length.

Each would take many minutes if it did; here it has two.
"""

from collections.abc import Callable
from itertools import islice

import pytest

from retrieval.chunking import passages, unwrapped
from retrieval.rendering import rendered
from retrieval.terms import terms
from tests.conftest import Mount, mount_of

pytestmark = pytest.mark.timeout(120)
LENGTH = 400_000  # characters
LINE = "Lines of a paragraph that was wrapped go on, and on, to its end\n"


def of(text: str, length: int = LENGTH) -> str:
    return (text * (length // len(text) + 1))[:length]


def wide_records() -> str:
    names = [f"n{number}" for number in range(LENGTH // 16)]
    return ", ".join(names) + "\n\n" + of(f"x, {names[-1]}: 2\n\n", LENGTH // 2)


TEXTS: dict[str, Callable[[], str]] = {
    "one emoji before wrapped lines": lambda: "😀" + of(LINE, 4 * LENGTH),
    "no spaces": lambda: "a" * LENGTH,
    "emoji": lambda: "😀" * LENGTH,
    "a row of marks": lambda: "a" + of("\u0301\u0323"),
    "newlines": lambda: f"a{chr(10) * LENGTH}b",
    "lines of spaces": lambda: "a" + of(" \n") + "b",
    "tiny sentences": lambda: of("A b. "),
    "thai": lambda: of("ภาษาไทยง่ายนิดเดียว"),
    "han": lambda: of("漢字仮名交じり文"),
    "nested headings": lambda: of("# A\n## B\n### C\n#### D\n##### E\n###### F\n\n"),
    "number signs": lambda: "#" * LENGTH,
    "a wide table": lambda: "\n".join("|" + of(each) for each in ("a|", "-|", "b|")),
    "a rule that is none": lambda: f"a|b\n{of('-|')}x",
    "a rule of spaces": lambda: f"a|b\n|{' ' * LENGTH}x",
    "a rule of spaces, and no stroke": lambda: f"a|b\n{' ' * LENGTH}x",
    "a rule, and then spaces": lambda: f"a|b\n-|-{' ' * LENGTH}x",
    "a heading of spaces": lambda: f"# a{' ' * LENGTH}b",
    "a heading of number signs": lambda: "# a" + of(" #") + " b",
    "a heading of tabs": lambda: "# a" + of("\t") + "b",
    "a table in cells": lambda: "|a|\n|-|\n" + of("|a|\n"),
    "headings": lambda: of("# a\n"),
    "records of many names": wide_records,
    "what may be records": lambda: of("a\n\n"),
    "an open fence": lambda: "```\n" + of("code\n"),
    "quotes in quotes": lambda: "\n".join(">" * depth + "a" for depth in range(800)),
    "lists in lists": lambda: "\n".join("  " * depth + "- a" for depth in range(600)),
    "brackets": lambda: "[" * LENGTH,
    "tags": lambda: of("<a>"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_is_cut_in_time_to_its_length(name: str) -> None:
    text = TEXTS[name]()
    made = [passage.text for passage in islice(passages(text), 500)]
    assert made
    assert "".join("".join(made).split())[:100] == "".join(text.split())[:100]


@pytest.mark.parametrize("name", TEXTS)
def test_the_terms_of_its_passages_are_found_in_time(name: str) -> None:
    for passage in islice(passages(TEXTS[name]()), 200):
        terms(passage.searched)


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_is_drawn_in_time(name: str) -> None:
    drawn = rendered(TEXTS[name]())
    assert "<script" not in drawn
    assert len(drawn) < 8 * LENGTH * 4


def test_lines_are_joined_as_before() -> None:
    wrapped = f"{LINE}goes on\nA short line\nand another\n\n```\n{LINE}code\n```\nafter"
    joined = f"{LINE.strip()} goes on\nA short line\nand another\n\n```\n{LINE}code\n```\nafter"
    assert unwrapped(wrapped) == joined
    assert unwrapped("") == ""
    assert unwrapped("\na") == "\na"


MARKS = "a" + of("\u0301\u0323", 300_000)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "document",
    [
        {"text": "a", "id": MARKS},
        {"text": "a", "metadata": {"author": MARKS}},
        {"text": "a", "metadata": {"source_id": MARKS}},
        {"text": "a", "metadata": {"created_at": MARKS}},
        {"text": "a", MARKS: 1},
        {"text": of("a ") + "\0"},
    ],
)
def test_a_name_of_many_marks_is_refused_at_once(
    open_plugin: Mount, document: dict[str, object]
) -> None:
    answer = open_plugin.post("/upsert", {"documents": [document]})
    assert (answer.status_code, list(answer.json())) == (400, ["detail"])


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["author", "source_id", "document_id"])
def test_so_is_a_filter(open_plugin: Mount, name: str) -> None:
    queries = {"queries": [{"query": "a", "filter": {name: MARKS}}]}
    assert open_plugin.post("/query", queries).status_code == 400


@pytest.mark.django_db
def test_so_are_ids_to_delete_and_one_to_fetch(open_plugin: Mount) -> None:
    assert open_plugin.delete("/delete", {"ids": [MARKS]}).status_code == 400
    answer = mount_of("retrieval-none").get("/fetch?id=" + MARKS[:20_000])
    assert answer.status_code == 404


@pytest.mark.django_db
def test_a_name_in_another_form_is_measured_as_it_is_kept(open_plugin: Mount) -> None:
    """Two hundred letters, each written as three characters, are two hundred."""
    written = "e\u0323\u0302" * 200
    document = {"id": written, "text": "a"}
    assert open_plugin.post("/upsert", {"documents": [document]}).json() == {"ids": ["ệ" * 200]}
