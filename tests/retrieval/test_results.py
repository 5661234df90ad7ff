"""What a person reads of a search: what it is from, its text as it stands, and how well it fits."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from retrieval.datastore import Datastore, NewDocument

pytestmark = pytest.mark.django_db
OPEN = "/retrieval-none/library"
NOTES = (
    "The library opens at nine in the morning, except on Sundays.",
    "Herons nest by the mill, in the tall alders.",
    "The tax return is due at the end of May.",
)


@pytest.fixture(autouse=True)
def notes(db: None) -> None:
    Datastore("retrieval-none").upsert([NewDocument(id=text[:5], text=text) for text in NOTES])


def ask(client: Client, question: str) -> str:
    return str(client.get(OPEN, {"q": question}).text).partition("<main")[2]


def test_a_title_stands_above_its_passage(client: Client) -> None:
    text = ask(client, "Where do herons breed?")
    assert text.index("Herons nest by the mill, in the tall alders.</a></h3>") < text.index(
        "<mark>"
    )


def shown(page: str, kind: str) -> str:
    """Return the first text on a page as HTML, without the marks of a search."""
    _, _, text = page.partition(f'<div class="{kind}">')
    return text.replace("<mark>", "").replace("</mark>", "")


def test_rows_of_a_table_stay_rows(client: Client) -> None:
    table = "| tariff  | price |\n|---------|-------|\n| weekday |  12   |\n| weekend |  15   |"
    save(table)
    text = ask(client, "tariff")
    assert "<td><mark>tariff</mark></td>" not in text and "<mark>tariff</mark></th>" in text
    assert shown(text, "passage").startswith(
        '<div class="table" role="group" aria-label="Table" tabindex="0"><table>'
        '<thead><tr><th scope="col">tariff</th><th scope="col">price</th></tr></thead>'
        "<tbody><tr><td>weekday</td><td>12</td></tr><tr><td>weekend</td><td>15</td></tr></tbody>"
    )


def save(text: str) -> None:
    Datastore("retrieval-none").upsert([NewDocument(id="x", text=text)])


def document(client: Client, text: str) -> str:
    save(text)
    return shown(client.get(f"{OPEN}/document", {"id": "x"}).text, "whole")


def test_a_document_shows_its_headings_and_tables_as_such(client: Client) -> None:
    text = document(
        client, "# Fares\n\n  By day:\n\n| a | b |\n| --- | --- |\n| c\\|d |  |\n\n## End"
    )
    assert text.startswith("<div><strong>Fares</strong>\n\n  By day:</div>")
    assert "<td>c|d</td><td></td>" in text
    assert "<div><strong>End</strong></div>" in text


def test_a_header_that_a_passage_repeats_stands_above_its_rows(client: Client) -> None:
    rows = "\n".join(f"| weekday {n} | {'costs more than before ' * 4} |" for n in range(60))
    save(f"| tariff | price |\n| --- | --- |\n{rows}")
    text = ask(client, "tariff price weekday 59")
    assert text.count("<table>") > 1
    assert text.count("</mark></th>") == 2 * text.count("<table>")


@pytest.mark.parametrize(
    "text",
    [
        "a | b, and nothing below",
        "#hashtag\n #7 is late",
        "```\n# a comment\n| a | b |\n| --- | --- |\n```",
        "name: Ann, town: Ulm\n\n\tname: Bob",
        "- one\n- **two**   spaces",
    ],
)
def test_what_has_no_such_shape_stays_as_it_is(client: Client, text: str) -> None:
    assert document(client, text).startswith(f"<div>{text}</div></div>")


@pytest.mark.parametrize("evil", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>'])
def test_no_markup_in_a_text_is_ever_run(client: Client, evil: str) -> None:
    text = f"# {evil}\n\n{evil}\n\n| {evil} | b |\n| --- | --- |\n| {evil} | c |"
    for page in (document(client, text), ask(client, "alert script")):
        main = page.partition("</main>")[0]
        assert "<script" not in main and "<img" not in main
        assert main.count("alert") >= 4


def test_lines_that_end_as_forms_send_them_are_the_same(client: Client) -> None:
    text = "# Fares\n\nBy day:\n\n| a | b |\n| --- | --- |\n| c | d |\n\n\nEnd"
    shown = [document(client, each) for each in (text, text.replace("\n", "\r\n"))]
    assert shown[0].partition("</div></div>")[0] == shown[1].partition("</div></div>")[0]


def test_a_text_is_known_by_its_heading(client: Client) -> None:
    save("# Fares of the ferry\n\nIt runs from April.")
    assert ">Fares of the ferry</a>" in client.get(OPEN).text


def test_a_table_is_known_by_its_first_row(client: Client) -> None:
    save("| tariff | price |\n| --- | --- |\n| weekday | 12 |")
    assert ">tariff, price</a>" in client.get(OPEN).text


def test_weak_passages_are_set_apart_by_words(client: Client) -> None:
    text = ask(client, "Where do herons breed?")
    fit, weak = text.index("Passages that fit"), text.index("Less likely")
    assert fit < text.index("tall alders") < weak < text.index("tax return")


@pytest.mark.parametrize("question", ["Who painted the Mona Lisa?", "How far is the moon?"])
def test_it_is_said_where_nothing_fits(client: Client, question: str) -> None:
    text = ask(client, question)
    assert "No passage fits well." in text and "Passages that fit" not in text


SHELVES = {
    "German": (
        "Wo wohnt der Storch?",
        "Wer malte die Mona Lisa?",
        "Der Storch nistet auf dem Dach der Scheune.",
        "Anna hat den Hof ihrer Eltern im Jahr 1912 geerbt.",
        "Die Steuererklärung ist bis Ende Mai abzugeben.",
    ),
    "Russian": (
        "Кто унаследовал усадьбу?",
        "Кто написал портрет королевы?",
        "Анна унаследовала усадьбу родителей в 1912 году.",
        "Аист гнездится на крыше амбара.",
        "Декларацию нужно подать до конца мая.",
    ),
    "Greek": (
        "Ποιος κληρονόμησε το αγρόκτημα;",
        "Ποιος ζωγράφισε την Τζοκόντα;",
        "Η Άννα κληρονόμησε το αγρόκτημα των γονιών της.",
        "Ο πελαργός φωλιάζει στη στέγη του αχυρώνα.",
        "Η φορολογική δήλωση υποβάλλεται ως το τέλος Μαΐου.",
    ),
}


@pytest.mark.parametrize("language", SHELVES)
def test_an_answer_fits_in_a_language_that_the_model_hardly_knows(
    language: str, client: Client
) -> None:
    question, unrelated, answer, *others = SHELVES[language]
    Datastore("retrieval-none").upsert([NewDocument(text=text) for text in (answer, *others)])
    text = ask(client, question).replace("<mark>", "").replace("</mark>", "")
    assert text.index("Passages that fit") < text.index(answer) < text.index("Less likely")
    assert "No passage fits well." in ask(client, unrelated)


def test_the_form_to_add_is_not_below_the_results(client: Client) -> None:
    text = ask(client, "herons")
    assert 'name="text"' not in text
    assert f'href="{OPEN}#add"' in text
    assert 'name="text"' in client.get(OPEN).text


def test_what_a_search_costs(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ask(client, "herons")  # the index is in memory from here on
    with django_assert_num_queries(5):
        ask(client, "herons")
