"""What a person does with their documents: save a file, find a passage, delete it."""

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect
from pytest_django import Settings

from retrieval.datastore import Datastore, NewDocument
from retrieval.models import Document
from tests.browser.accessibility import violations
from tests.browser.chromium import follow
from tests.browser.conftest import PHONE, Visit, fill_in

OWN = "/retrieval-user/library"
WITHOUT_SCRIPT = pytest.mark.parametrize("visit", [{"java_script_enabled": False}], indirect=True)
SIZES = pytest.mark.parametrize(
    "visit",
    [
        {"viewport": {"width": 1280, "height": 800}},
        {"viewport": {"width": PHONE, "height": 740}},
        {"viewport": {"width": 320, "height": 740}, "color_scheme": "dark"},
    ],
    indirect=True,
)


@pytest.fixture
def page(visit: Visit) -> Page:
    """Carol's library."""
    User.objects.create_user("carol", password="carols-long-password")
    page = visit.open(OWN)
    fill_in(page, "carol", "carols-long-password")
    expect(page.get_by_role("heading", name="Add a document")).to_be_visible()
    return page


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    file = tmp_path / "notes.md"
    file.write_text("# Notes\n\nThe heron nests by the mill.\n\nThe kettle is broken.")
    return file


def save_find_and_delete(visit: Visit, page: Page, notes: Path) -> None:
    page.get_by_label("File").set_input_files(notes)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").first).to_contain_text("Saved: notes.md")
    expect(page.locator("#said")).to_be_focused()
    expect(page.locator("#said")).to_be_in_viewport()
    assert Document.objects.get().collection.username == "carol"

    page.get_by_label("Ask, in your own words").fill("Where do herons breed?")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("mark").first).to_have_text("heron")
    page.set_viewport_size({"width": PHONE, "height": 740})
    assert page.locator("main").bounding_box()["width"] <= PHONE  # type: ignore[index]
    page.get_by_role("link", name="notes.md").first.click()
    expect(page.get_by_role("heading", name="notes.md")).to_be_visible()
    expect(page.locator(".whole")).to_contain_text("The kettle is broken.")

    page.get_by_text("Delete this document").click()
    page.get_by_role("button", name="Delete it, for good").click()
    expect(page.locator("#said")).to_have_text("Deleted 1 document.")
    expect(page.locator("#said")).to_be_focused()
    assert not Document.objects.exists()
    assert visit.complaints == []
    assert visit.strangers == []


def test_a_person_saves_a_file_finds_a_passage_and_deletes_it(
    visit: Visit, page: Page, notes: Path
) -> None:
    save_find_and_delete(visit, page, notes)


@WITHOUT_SCRIPT
def test_a_person_does_so_without_a_script(visit: Visit, page: Page, notes: Path) -> None:
    save_find_and_delete(visit, page, notes)


def test_a_passage_leads_to_its_place_in_the_document(visit: Visit, page: Page) -> None:
    """By its words, whatever stands above and below; a cell of a table is a place too."""
    filler = "\n\n".join(f"# Part {n}\n\nNothing of note happened on day {n}." for n in range(99))
    heron = "The heron - who else? - nests, breeds, and feeds its young by the old mill of Ashford."
    table = "| bird | where |\n|---|---|\n| bittern | in the reeds behind the old lock |"
    spaced = "It was late.  The egret,\twhich waits,  stood by the reeds."
    heading = "| heronry | nests |\n|---|---|\n| Ashford | 12 |"
    wrapped = "The kingfisher\ndives from the\nwillow at the\nweir, and takes\nwhat it finds there."
    store = Datastore("retrieval-user", "carol")
    texts = [f"{filler}\n\n{each}\n\n{filler}" for each in (heron, table, wrapped, spaced, heading)]
    store.upsert([NewDocument(text=text) for text in texts])
    for question, there in (
        ("Where do herons breed?", heron),
        ("bittern", "behind the old lock"),
        ("kingfisher", "dives from the"),
        ("egret", "stood by the reeds"),
        ("heronry", "heronry"),
    ):
        page.goto(f"{visit.site}{OWN}?q={question}")
        follow(page.locator(".passages h3 a").first)
        place = page.get_by_text(there, exact=False)
        expect(place.first).to_be_in_viewport(ratio=0.01)
        assert page.evaluate("scrollY") > 1_000


def test_the_keyboard_alone_is_enough(visit: Visit, page: Page) -> None:
    page.get_by_label("Or text").focus()
    page.keyboard.type("The heron nests by the mill.")
    page.keyboard.press("Tab")  # the author
    page.keyboard.press("Tab")  # the date
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_be_focused()
    page.keyboard.press("Tab")  # what was saved
    page.keyboard.press("Enter")
    expect(page.locator(".whole")).to_have_text("The heron nests by the mill.")
    page.locator("main").focus()
    page.keyboard.press("Tab")  # all documents
    page.keyboard.press("Tab")  # whether to delete it
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")  # to delete it
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_have_text("Deleted 1 document.")
    expect(page.locator("#said")).to_be_focused()
    assert not Document.objects.exists()


def test_a_person_is_told_how_far_it_is(page: Page, notes: Path) -> None:
    page.evaluate(KEEP)
    page.get_by_label("File").set_input_files(notes)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#said")).to_contain_text("Saved: notes.md")
    told = page.evaluate("JSON.parse(sessionStorage.told)")
    assert told[0] == "Sending …"
    assert told[-2:] == [
        "Reading the file …",
        "Making 1 passage searchable …",
    ]


KEEP = """() => {
  const told = [], line = document.querySelector('#progress [role=status]');
  new MutationObserver(() => {
    told.push(line.textContent);
    sessionStorage.told = JSON.stringify(told);
  }).observe(line, { childList: true });
}"""


def test_a_refusal_keeps_the_file_and_what_was_written(page: Page, notes: Path) -> None:
    page.get_by_label("File").set_input_files(notes)
    page.get_by_label("Date of the document").fill("soon")
    page.get_by_role("button", name="Save").click()
    date = page.get_by_label("Date of the document")
    expect(date).to_be_focused()
    expect(date).to_have_accessible_description(re.compile("This is not a date."))
    expect(page).to_have_title("Error: Library of Retrieval (personal) · Example Plugins")
    assert page.get_by_label("File").evaluate("input => input.files[0].name") == "notes.md"
    date.fill("March 2024")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#said")).to_contain_text("Saved: notes.md")


def test_too_large_a_file_is_told_before_it_is_sent(
    page: Page, notes: Path, settings: Settings
) -> None:
    settings.RETRIEVAL_LOAD_MAX_BYTES = 10
    page.reload()
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.method))
    page.get_by_label("File").set_input_files(notes)
    page.get_by_label("Author").last.fill("Carol")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".add .errorlist")).to_contain_text("at most")
    expect(page.get_by_label("Author").last).to_have_value("Carol")
    assert "POST" not in posts


def test_who_signed_out_meanwhile_signs_in_again_and_loses_nothing(
    visit: Visit, page: Page
) -> None:
    page.context.clear_cookies()
    page.get_by_label("Or text").fill("A heron")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("You are signed out.")
    other = page.context.new_page()
    Visit(other, visit.site).sign_in("carol", "carols-long-password")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#said")).to_contain_text("Saved: A heron")


@SIZES
def test_it_fits_and_anybody_can_use_it(visit: Visit, page: Page) -> None:
    table = "| tariff  | price |\n|---------|-------|\n| weekday |  12   |"
    wide = [f"| {' | '.join(f'{word}{n}' for n in range(30))} |" for word in ("column", "cell")]
    Datastore("retrieval-user", "carol").upsert(
        [NewDocument(text=table), NewDocument(id="wide", text="\n".join(wide))]
    )
    page.reload()
    page.get_by_text("By source or author").click()
    assert violations(page) == []
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("one of the two")
    assert violations(page) == []
    page.goto(f"{visit.site}{OWN}?q=tariff")
    passage = page.locator(".passage", has_text="weekday")
    assert passage.inner_text().split() == ["tariff", "price", "weekday", "12"]
    assert violations(page) == []
    assert visit.width() == page.viewport_size["width"]  # type: ignore[index]
    page.goto(f"{visit.site}{OWN}/document?id=wide")
    box = page.locator(".table")
    box.focus()
    page.keyboard.press("ArrowRight")
    assert box.evaluate(SCROLLED)
    assert violations(page) == []
    assert visit.width() == page.viewport_size["width"]  # type: ignore[index]


SCROLLED = """box => box.scrollLeft || new Promise(done =>
  box.addEventListener('scroll', () => done(box.scrollLeft), { once: true }))"""


def test_an_encoding_that_nobody_knows_is_told_where_it_was_named(page: Page) -> None:
    page.get_by_text("More", exact=True).click()
    page.get_by_label("Encoding").fill("klingon")
    page.get_by_text("More", exact=True).click()
    page.get_by_label("Or text").fill("A heron")
    page.get_by_role("button", name="Save").click()
    field = page.get_by_label("Encoding")
    expect(field).to_be_focused()
    expect(field).to_have_accessible_description(re.compile("no encoding that is known here"))
