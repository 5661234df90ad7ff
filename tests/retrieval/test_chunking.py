"""How texts are cut, and what a passage is found by."""

import pytest
from pytest_django import Settings

from retrieval.chunking import BLOCK, PASSAGE_MAX_LENGTH, heading, passages
from retrieval.embeddings.local import tokenizer
from retrieval.terms import terms

PARAGRAPHS = "\n\n".join(
    f"Paragraph {n}. " + "The heron stands in the mill pond and waits. " * 12 for n in range(40)
)


def test_passages_are_no_longer_than_they_may_be_and_nothing_is_lost() -> None:
    made = passages(PARAGRAPHS)
    assert max(len(tokenizer().encode(each.text).ids) for each in made) <= 202  # with the two marks
    assert "".join("".join(each.text.split()) for each in made) == "".join(PARAGRAPHS.split())


def test_passages_end_where_sentences_end() -> None:
    assert {each.text[-1] for each in passages(PARAGRAPHS)} == {"."}


def test_wrapped_lines_are_joined_and_others_kept() -> None:
    [passage] = passages(
        "The heron stands in the pond by the old mill all day and\n"
        "waits for fish.\n\n- bread\n- milk\n\n```\n"
        "a line of code that is longer than forty-five characters\nanother line\n```"
    )
    assert "all day and waits for fish." in passage.text
    assert "- bread\n- milk" in passage.text
    assert "characters\nanother line" in passage.text


@pytest.mark.parametrize("title", ["## The mill", "The mill"])
def test_a_heading_goes_with_what_it_stands_above(title: str) -> None:
    made = passages("\n\n".join(f"{title} {n}\n\n{'The heron waits. ' * 30}" for n in range(9)))
    assert len(made) > 1
    assert all(f"{title}" in each.text.partition("\n\n")[0] for each in made)


def test_passages_may_overlap(settings: Settings) -> None:
    text = "The heron waits by the water. " * 100
    apart = passages(text)
    settings.RETRIEVAL_CHUNK_OVERLAP = 60
    overlapping = passages(text)
    assert len(overlapping) > len(apart)
    assert sum(len(each.text) for each in overlapping) > len(text) > 2_000


def test_later_passages_are_found_by_how_the_text_begins_too() -> None:
    first, second, *_ = passages("# The heron\n\n" + "It waits by the water all day. " * 60)
    assert first.searched == first.text
    assert second.searched == f"The heron\n\n{second.text}"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("# A title\n\nAnd more", "A title"),
        ("One sentence. Another.", "One sentence."),
        ("lines of\na title\n\nbody", "lines of a title"),
        ("x" * 500, ""),
        ("", ""),
    ],
)
def test_a_heading_is_how_a_text_begins(text: str, found: str) -> None:
    assert heading(text) == found


@pytest.mark.parametrize(
    "text", ["a" * 100_000, "漢字" * 10_000, ".," * 20_000, "\n" * 50_000 + "x"]
)
def test_odd_texts_are_cut_too(text: str) -> None:
    made = passages(text)
    assert made
    assert max(len(each.text) for each in made) <= PASSAGE_MAX_LENGTH < BLOCK


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The Running of the bulls", ["run", "bull"]),
        ("naïve Café", ["naiv", "cafe"]),
        ("foo_bar ERR-4711", ["foo", "bar", "err", "4711"]),
        ("漢字", ["漢", "字"]),
        ("100 ㎒ 𝐇𝐞𝐥𝐥𝐨", ["100", "mhz", "hello"]),
        ("हिन्दी", ["हनद"]),
        ("who are you", []),
    ],
)
def test_terms_are_stems_without_the_commonest_words(text: str, found: list[str]) -> None:
    assert terms(text) == found
