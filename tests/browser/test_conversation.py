"""A conversation in a real browser: answers as they come, a yes before a write, and a widget."""

from collections.abc import Iterator
from threading import Event
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import FrameLocator, Page, expect

from simulator import installing
from simulator.fetching import site_fetcher
from simulator.schemes import NoAuth
from tests.browser.accessibility import violations
from tests.browser.conftest import PHONE, Visit
from tests.browser.test_pages import FACTS, GOOD, check_quiet
from tests.simulator.conversation.scripted_endpoint import (
    KEY,
    ScriptedEndpoint,
    Stream,
    scripted_endpoint,
    stream,
)
from todos.models import TodoList

HOME = "/console/conversation/"
LIST = {"username": "ann"}


@pytest.fixture
def endpoint(settings: Any) -> Iterator[ScriptedEndpoint]:
    settings.DEBUG = True  # the plugins are on this machine
    settings.CONSOLE = True
    settings.CONVERSATION_TOUR = "tests.simulator.conversation.tour.TOUR"
    with scripted_endpoint() as running:
        settings.CONVERSATION_OPENAI_URL = running.url
        settings.CONVERSATION_OPENAI_KEY = KEY
        settings.CONVERSATION_OPENAI_MODEL = "scripted"
        yield running


@pytest.fixture
def anns(visit: Visit, endpoint: ScriptedEndpoint) -> TodoList:
    """Ann's list, and the plugin of it, installed by her as an MCP server and by its manifest."""
    ann = User.objects.create_user("ann", password="anns-long-password")
    fetcher = site_fetcher()
    for path, name in (("/todo/mcp", "todo"), ("/todo/", "todo by manifest")):
        subject = installing.find(f"{visit.site}{path}", fetcher).read(fetcher, {})
        installing.save(subject, NoAuth({}), {}, name=name, owner=ann)
    visit.sign_in("ann", "anns-long-password")
    todos = TodoList("todo", "ann")
    for text in ("Buy milk", "Call Bob"):
        todos.add(text)
    return todos


def begin(visit: Visit, button: str = "Talk with scripted") -> Page:
    page = visit.open(HOME)
    page.locator("label", has_text="MCP server").click()
    page.get_by_role("button", name=button).click()
    page.wait_for_url(f"**{HOME}*/")
    return page


def ask(page: Page, question: str) -> None:
    page.get_by_label("Your question").fill(question)
    page.get_by_label("Your question").press("Enter")


def widget_of(page: Page) -> FrameLocator:
    return page.frame_locator(".frame iframe").frame_locator("iframe")


def test_a_widget_shows_a_real_answer_and_deletes_a_todo_when_the_person_says_yes(
    visit: Visit, endpoint: ScriptedEndpoint, anns: TodoList
) -> None:
    page = begin(visit)
    endpoint.call(("todo__getTodos", LIST))
    endpoint.say("You have ", "two todos.")
    ask(page, "What is on my list?")
    expect(page.get_by_text("You have two todos.")).to_be_visible()
    widget = widget_of(page)
    expect(widget.get_by_role("listitem")).to_have_text(["Buy milk", "Call Bob"])
    widget.get_by_label("Buy milk").check()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("todo__deleteTodo")
    assert anns.texts() == ["Buy milk", "Call Bob"]
    dialog.get_by_role("button", name="Yes, send it").click()
    expect(widget.get_by_role("status")).to_contain_text("Done, and deleted")
    assert anns.texts() == ["Call Bob"]
    expect(page.get_by_role("heading", name="The widget tells the model")).to_be_visible()
    assert page.evaluate(FACTS) == GOOD
    check_quiet(visit)


def test_a_widget_is_told_that_the_person_said_no(
    visit: Visit, endpoint: ScriptedEndpoint, anns: TodoList
) -> None:
    page = begin(visit)
    endpoint.call(("todo__getTodos", LIST))
    endpoint.say("You have two todos.")
    ask(page, "What is on my list?")
    widget = widget_of(page)
    widget.get_by_label("Buy milk").check()
    page.get_by_role("dialog").press("Escape")
    expect(widget.get_by_role("alert")).to_contain_text("The person declined this call.")
    expect(widget.get_by_role("listitem")).to_have_text(["Buy milk", "Call Bob"])
    assert anns.texts() == ["Buy milk", "Call Bob"]
    check_quiet(visit)


def test_an_answer_is_read_while_it_comes(
    visit: Visit, endpoint: ScriptedEndpoint, anns: TodoList
) -> None:
    page = begin(visit)
    go_on = Event()
    whole = stream({"content": "You have "}, {"content": "<b>two</b>."})
    endpoint.answers.append(Stream((*whole.pieces[:2], go_on, *whole.pieces[2:])))
    ask(page, "What is on my list?")
    expect(page.get_by_text("You have", exact=True)).to_be_visible()
    go_on.set()
    expect(page.get_by_text("You have <b>two</b>.")).to_be_visible()
    expect(page.get_by_label("Your question")).to_have_value("")
    check_quiet(visit)


def test_axe_finds_nothing(visit: Visit, endpoint: ScriptedEndpoint, anns: TodoList) -> None:
    assert violations(visit.open(HOME)) == []
    page = begin(visit)
    endpoint.call(("todo__getTodos", LIST), ("todo__deleteTodo", {**LIST, "todo_idx": 0}))
    ask(page, "Delete the first.")
    expect(page.get_by_role("heading", name="May this be sent?")).to_be_visible()
    expect(widget_of(page).get_by_role("listitem")).to_have_count(2)
    for summary in page.locator("summary").all():
        summary.click()
    assert violations(page) == []


def test_a_write_waits_for_the_keyboard_to_say_yes(
    visit: Visit, endpoint: ScriptedEndpoint, anns: TodoList
) -> None:
    page = begin(visit)
    endpoint.call(("todo__deleteTodo", {**LIST, "todo_idx": 0}))
    ask(page, "Delete the first.")
    expect(page.get_by_role("heading", name="May this be sent?")).to_be_focused()
    assert anns.texts() == ["Buy milk", "Call Bob"]
    endpoint.say("It is gone.")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("It is gone.")).to_be_visible()
    expect(page.get_by_label("Your question")).to_be_focused()
    assert anns.texts() == ["Call Bob"]
    check_quiet(visit)


@pytest.mark.parametrize(
    "visit", [{"viewport": {"width": PHONE, "height": 740}, "color_scheme": "dark"}], indirect=True
)
def test_what_was_cut_off_is_kept_on_a_phone_in_the_dark(
    visit: Visit, endpoint: ScriptedEndpoint, anns: TodoList
) -> None:
    page = begin(visit)
    endpoint.call(("todo__getTodos", LIST))
    endpoint.say("You have " + "W" * 100, is_cut=True)
    ask(page, "What is on my list?")
    expect(page.get_by_role("alert")).to_contain_text("ended")
    expect(page.get_by_text("Cut off")).to_be_visible()
    expect(widget_of(page).get_by_role("listitem")).to_have_count(2)
    for summary in page.locator("summary").all():
        summary.click()
    assert visit.width() == PHONE
    endpoint.say("You have two todos.")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("You have two todos.")).to_be_visible()
    check_quiet(visit)


@pytest.mark.parametrize("visit", [{"java_script_enabled": False}], indirect=True)
def test_the_tour_works_without_a_script(
    visit: Visit, endpoint: ScriptedEndpoint, anns: TodoList
) -> None:
    page = begin(visit, "Take the scripted tour")
    page.get_by_role("button", name="What is on my list?").click()
    expect(page.get_by_text("Answered: HTTP status 200")).to_be_visible()
    page.get_by_role("button", name="Put “Buy milk”").click()
    page.get_by_role("button", name="Yes, send it").click()
    expect(page.get_by_text("Answered: HTTP status 200")).to_have_count(2)
    assert TodoList("todo", "me").texts() == ["Buy milk"]
    assert endpoint.asked == []
