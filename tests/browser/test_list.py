"""A person's own list of todos in a browser: with a script and without, live, by keyboard alone."""

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from tests.browser.accessibility import violations
from tests.browser.chromium import stop_clock
from tests.browser.conftest import PHONE, Visit, fill_in
from todos.models import TodoList

OWN = "/todo-user/list"
A_LOOK = 3_000  # milliseconds until a page looks for what is new
WITHOUT_SCRIPT = pytest.mark.parametrize("visit", [{"java_script_enabled": False}], indirect=True)


@pytest.fixture
def todos(visit: Visit) -> TodoList:
    """Carol's list, at which her browser is."""
    User.objects.create_user("carol", password="carols-long-password")
    todos = TodoList("todo-user", "carol")
    for text in ("milk", "bread", "tea"):
        todos.add(text)
    page = visit.open(OWN)
    fill_in(page, "carol", "carols-long-password")
    expect(page.get_by_role("heading", name="Your list")).to_be_visible()
    return todos


def with_a_clock_of_its_own(visit: Visit) -> Page:
    stop_clock(visit.page)
    visit.page.reload()
    return visit.page


def work_through(page: Page, todos: TodoList) -> None:
    page.get_by_label("What is to be done?").fill("jam")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Added: jam")
    page.get_by_role("button", name="Tick off: bread").click()
    expect(page.get_by_role("status")).to_contain_text("Done, and off the list: bread")
    expect(page.locator(".todos span")).to_have_text(["milk", "tea", "jam"])
    assert todos.texts() == ["milk", "tea", "jam"]
    page.get_by_role("button", name="Put it back").click()
    expect(page.get_by_role("status")).to_contain_text("Back on the list: bread")
    expect(page.locator(".todos span")).to_have_text(["milk", "bread", "tea", "jam"])
    assert todos.texts() == ["milk", "bread", "tea", "jam"]


@WITHOUT_SCRIPT
def test_without_a_script_a_person_adds_ticks_off_and_puts_back(
    visit: Visit, todos: TodoList
) -> None:
    work_through(visit.page, todos)
    visit.page.reload()
    assert len(todos) == 4
    assert visit.complaints == []


@WITHOUT_SCRIPT
def test_without_a_script_the_keyboard_is_at_what_was_done(visit: Visit, todos: TodoList) -> None:
    page = visit.page
    page.get_by_label("What is to be done?").fill("jam")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Added: jam")
    expect(page.get_by_role("status")).to_be_focused()
    page.get_by_role("button", name="Tick off: bread").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("off the list: bread")
    expect(page.get_by_role("status")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Put it back")).to_be_focused()


def test_with_a_script_the_page_stays_and_does_the_same(visit: Visit, todos: TodoList) -> None:
    visit.page.evaluate("window.stayed = true")
    work_through(visit.page, todos)
    assert visit.page.evaluate("window.stayed") is True
    visit.page.reload()
    assert len(todos) == 4
    assert visit.complaints == [] == visit.strangers


def test_what_a_client_changes_shows_by_itself_and_the_focus_stays(
    visit: Visit, todos: TodoList
) -> None:
    page = with_a_clock_of_its_own(visit)
    page.get_by_role("button", name="Tick off: tea").focus()
    todos.pop(0)
    todos.add("<b>jam</b>")
    page.clock.run_for(A_LOOK)
    expect(page.locator(".todos span")).to_have_text(["bread", "tea", "<b>jam</b>"])
    expect(page.get_by_role("button", name="Tick off: tea")).to_be_focused()
    expect(page.locator(".todos .new")).to_have_text("<b>jam</b>")
    expect(page.locator("#news")).to_have_text("3 to do")
    assert visit.complaints == []


def test_what_has_not_changed_is_not_sent_again(visit: Visit, todos: TodoList) -> None:
    page = with_a_clock_of_its_own(visit)
    with page.expect_response("**/list/rows*") as found:
        page.clock.run_for(A_LOOK)
    assert found.value.status == 304


def test_a_hidden_page_asks_for_nothing_until_it_is_seen_again(
    visit: Visit, todos: TodoList
) -> None:
    page = with_a_clock_of_its_own(visit)
    page.evaluate(SEEN, True)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.run_for(10 * A_LOOK)
    assert not any("/list/rows" in url for url in asked)
    todos.add("jam")
    page.evaluate(SEEN, False)
    expect(page.locator(".todos span").last).to_have_text("jam")


SEEN = """hidden => {
  Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
  document.dispatchEvent(new Event('visibilitychange'));
}"""


def test_the_keyboard_alone_is_enough(visit: Visit, todos: TodoList) -> None:
    page = visit.page
    page.get_by_label("What is to be done?").focus()
    page.keyboard.type("jam")
    page.keyboard.press("Enter")
    expect(page.locator(".todos span").last).to_have_text("jam")
    expect(page.get_by_label("What is to be done?")).to_be_focused()
    page.keyboard.press("Tab")  # Add
    page.keyboard.press("Tab")  # the first todo
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("off the list: milk")
    expect(page.get_by_role("button", name="Tick off: bread")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Back on the list: milk")
    assert todos.texts() == ["milk", "bread", "tea", "jam"]


def test_what_is_wrong_is_said_at_the_field_without_leaving_the_page(
    visit: Visit, todos: TodoList
) -> None:
    page = visit.page
    field = page.get_by_label("What is to be done?")
    field.evaluate(
        "field => { field.removeAttribute('maxlength'); field.value = 'a'.repeat(2001); }"
    )
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#add .errorlist")).to_contain_text("Too long")
    expect(field).to_be_focused()
    expect(field).to_have_value("a" * 2001)


def test_who_signed_out_elsewhere_signs_in_again_and_loses_nothing(
    visit: Visit, todos: TodoList
) -> None:
    page = visit.page
    page.context.clear_cookies()
    page.get_by_label("What is to be done?").fill("jam")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("You are signed out.")
    Visit(page.context.new_page(), visit.site).sign_in("carol", "carols-long-password")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Added: jam")
    assert todos.texts() == ["milk", "bread", "tea", "jam"]


@pytest.mark.parametrize(
    "visit",
    [
        {"viewport": {"width": 1280, "height": 800}},
        {"viewport": {"width": PHONE, "height": 740}},
        {"viewport": {"width": 320, "height": 740}, "color_scheme": "dark"},
    ],
    indirect=True,
)
def test_it_fits_and_anybody_can_use_it(visit: Visit, todos: TodoList) -> None:
    page = visit.page
    todos.add("a" * 200 + "\nand more")
    page.reload()
    page.get_by_role("button", name="Tick off: bread").click()
    expect(page.get_by_role("button", name="Put it back")).to_be_visible()
    assert visit.width() == page.viewport_size["width"]  # type: ignore[index]
    assert violations(page) == []
