"""How texts are cut, and what a passage is found by."""

import pytest
from pytest_django import Settings

from retrieval.chunking import heading, passages, size
from retrieval.terms import asked, terms

PARAGRAPHS = "\n\n".join(
    f"Paragraph {n}. " + "The heron stands in the mill pond and waits. " * 12 for n in range(40)
)


def test_passages_are_no_longer_than_they_may_be_and_nothing_is_lost() -> None:
    made = list(passages(PARAGRAPHS))
    assert max(len(each.text) for each in made) <= 1_000  # 200 tokens, as English has them
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
    made = list(
        passages("\n\n".join(f"{title} {n}\n\n{'The heron waits. ' * 30}" for n in range(9)))
    )
    assert len(made) > 1
    assert all(f"{title}" in each.text.partition("\n\n")[0] for each in made)


def test_passages_may_overlap(settings: Settings) -> None:
    text = "The heron waits by the water. " * 200
    apart = list(passages(text))
    settings.RETRIEVAL_CHUNK_OVERLAP = 60
    overlapping = list(passages(text))
    assert len(overlapping) > len(apart)
    assert sum(len(each.text) for each in overlapping) > len(text) > 2_000


def test_later_passages_are_found_by_how_the_text_begins_too() -> None:
    first, second, *_ = passages("# The heron\n\n" + "It waits by the water all day. " * 60)
    assert first.searched == first.text
    assert second.searched == f"The heron\n\n{second.text}"


@pytest.mark.parametrize("title", ["The heron", "# The heron", "The heron."])
def test_the_words_of_a_title_count_three_times_in_every_passage(title: str) -> None:
    for passage in passages(f"{title}\n\n" + "It waits by the water all day. " * 60):
        assert terms(passage.searched, passage.title).count("heron") == 3


def test_a_title_is_in_the_language_of_its_text() -> None:
    [passage] = passages("Die Hard\n\nThe bones of an old house are in the film, as it was made.")
    assert terms(passage.searched, passage.title).count("die") == 3


@pytest.mark.parametrize(
    "text",
    [
        "The heron waits. It stands by the water all day.",
        "The heron waits.\n",
        "The heron waits by the water and, as everybody\nknows, it is a bird of patience.",
        "The heron waits. " + "It stands by the water all day. " * 9 + "\n\nIt is a bird.",
    ],
)
def test_how_a_paragraph_begins_counts_as_all_of_it(text: str) -> None:
    [passage] = passages(text)
    assert not passage.title


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
    made = list(passages(text))
    assert made
    assert max(size(each.text) for each in made) <= 1_600  # a stump goes with the next


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The Running of the bulls", ["run", "bull"]),
        ("naïve Café", ["naiv", "cafe"]),
        ("foo_bar ERR-4711", ["foo", "bar", "err", "4711"]),
        ("漢字", ["漢", "字", "漢字"]),
        ("학교", ["학", "교", "학교"]),
        ("ปลาทอง", ["ปลา", "ลาท", "าทอ", "ทอง"]),
        ("100 ㎒ 𝐇𝐞𝐥𝐥𝐨", ["100", "mhz", "hello"]),
        ("किताबों", ["किताब"]),
        ("новыми книгами", ["нов", "книг"]),
        ("των βιβλίων", ["τ", "βιβλ"]),
        ("المُدرِّسون", ["مدرس"]),
        ("İstanbul'da", ["istanbul"]),
        ("die Häuser und die Bäume", ["haus", "baum"]),
        ("những con cá của tôi", ["con", "cá", "tôi"]),
        ("who are you", []),
        ("a facet analysis", ["facet", "analysi"]),
    ],
)
def test_terms_are_made_as_the_script_and_language_are_written(text: str, found: list[str]) -> None:
    assert terms(text) == found


def test_a_question_whose_language_is_plain_has_one_form_of_each_word() -> None:
    assert asked("Wo sind die Häuser?") == [("haus",)]


def test_the_words_of_a_question_in_no_plain_language_have_the_forms_of_all() -> None:
    [forms] = asked("Häuser")
    assert {"haus", "häuser", "hauser"} <= set(forms)


SENTENCES = {
    "English": "The heron stands in the mill pond and waits for fish. ",
    "Russian": "Цапля стоит в мельничном пруду и ждёт рыбу. ",
    "Greek": "Ο ερωδιός στέκεται στη λίμνη του μύλου και περιμένει ψάρια. ",
    "Thai": "นกกระสายืนอยู่ในบ่อน้ำของโรงสีและรอปลา ",
    "Chinese": "苍鹭站在磨坊池塘里等着鱼。",
    "Japanese": "サギは水車小屋の池に立って魚を待っている。",
    "Korean": "왜가리는 물방앗간 연못에 서서 물고기를 기다린다. ",
}


@pytest.mark.parametrize("language", SENTENCES)
def test_a_passage_holds_about_as_much_in_every_script(language: str) -> None:
    sentence = SENTENCES[language]
    first, *_ = passages(sentence * 200)
    assert 14 <= first.text.count(sentence.strip()) <= 30


@pytest.mark.parametrize(
    "title",
    [
        "The heron, its young, and the pond by the old mill: what a year of watching has told us "
        "of how they feed, where they rest, and why some of them never leave it in winter",
        "Zinc in the diet of herons raises the survival of chicks by a third.",
        "苍鹭和旧磨坊旁的池塘:一年的观察告诉我们什么",
    ],
)
def test_a_long_title_stays_with_its_text(title: str) -> None:
    abstract = "The heron waits by the water, and it is seen there all day long. " * 15
    first, *_ = passages(f"{title}\n\n{abstract}")
    assert first.text.startswith(f"{title}\n\nThe heron waits")
