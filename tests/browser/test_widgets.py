"""The widgets in a host that follows the specification, on real answers of the running site."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Route, expect

from retrieval.datastore import Datastore, NewDocument  # <examples></examples>
from retrieval.metadata import Metadata  # <examples></examples>
from sports.models import Game, Team  # <examples></examples>
from tests.browser.conftest import PHONE, Visit
from tests.browser.test_pages import FACTS, GOOD, on_a_phone
from tests.browser.widgets import host
from todos.models import TodoList

MARKUP = "<img src=x onerror=alert(1)> & <b>bold</b>"


@pytest.fixture
def anns(visit: Visit) -> TodoList:
    """Ann's list under the open plugin, with three todos."""
    todos = TodoList("todo", "ann")
    for text in ("Buy milk", "Call Bob", MARKUP):
        todos.add(text)
    return todos


def test_a_todo_is_shown_deleted_when_ticked_and_put_back_when_unticked(
    visit: Visit, anns: TodoList
) -> None:
    with host(visit, "todo", "getTodos", {"username": "ann"}) as shown:
        expect(shown.widget.get_by_role("heading")).to_have_text("Todos of ann")
        expect(shown.widget.get_by_role("listitem")).to_have_text(["Buy milk", "Call Bob", MARKUP])
        shown.widget.get_by_label("Call Bob").check()
        expect(shown.widget.get_by_role("status")).to_contain_text("Done, and deleted")
        assert anns.texts() == ["Buy milk", MARKUP]
        expect(shown.widget.get_by_text("2 to do")).to_be_visible()
        assert "Call Bob" in str(shown.told("ui/update-model-context"))
        shown.widget.get_by_label("Call Bob").uncheck()
        expect(shown.widget.get_by_role("status")).to_contain_text("Back on the list")
        assert anns.texts() == ["Buy milk", MARKUP, "Call Bob"]
        expect(shown.widget.get_by_role("listitem")).to_have_text(["Buy milk", MARKUP, "Call Bob"])


def test_todos_are_ticked_one_after_the_other_by_keyboard_alone(
    visit: Visit, anns: TodoList
) -> None:
    with host(visit, "todo", "getTodos", {"username": "ann"}) as shown:
        shown.widget.get_by_label("Buy milk").focus()
        for key in ("Space", "Tab", "Space", "Tab", "Space"):
            visit.page.keyboard.press(key)
        expect(shown.widget.get_by_text("Nothing to do")).to_be_visible()
        assert anns.texts() == []
        expect(shown.widget.get_by_label(MARKUP)).to_be_focused()


def test_what_somebody_else_did_meanwhile_makes_no_other_todo_go(
    visit: Visit, anns: TodoList
) -> None:
    with host(visit, "todo", "getTodos", {"username": "ann"}) as shown:
        expect(shown.widget.get_by_role("listitem")).to_have_count(3)
        anns.pop(0)
        shown.widget.get_by_label("Call Bob").check()
        expect(shown.widget.get_by_role("status")).to_contain_text("Done, and deleted")
        assert anns.texts() == [MARKUP]
        shown.widget.get_by_label("Buy milk").check()
        expect(shown.widget.get_by_role("status")).to_contain_text("no longer on the list")
        assert anns.texts() == [MARKUP]


def test_what_went_by_mistake_in_the_last_moment_is_put_back(visit: Visit, anns: TodoList) -> None:
    def change_first(route: Route) -> None:
        if "deleteTodo" in str(route.request.post_data):
            anns.pop(0)
        route.continue_()

    with host(visit, "todo", "getTodos", {"username": "ann"}) as shown:
        visit.page.route("**/todo/mcp", change_first)
        shown.widget.get_by_label("Buy milk").check()
        expect(shown.widget.get_by_role("alert")).to_contain_text("Nothing is lost")
        assert anns.texts() == [MARKUP, "Call Bob"]


def test_a_part_of_a_list_is_ticked_by_its_place_in_the_whole(visit: Visit, anns: TodoList) -> None:
    anns.add("Call Bob")
    args = {"username": "ann", "offset": 2, "limit": 2}
    with host(visit, "todo", "getTodos", args) as shown:
        shown.widget.get_by_label("Call Bob").check()
        expect(shown.widget.get_by_role("status")).to_contain_text("Done, and deleted")
        assert anns.texts() == ["Buy milk", "Call Bob", MARKUP]


def test_a_widget_needs_no_username_where_the_token_says_it(
    visit: Visit, ann: User, anns_token: str
) -> None:
    todos = TodoList("todo-user", "ann")
    todos.add("Buy milk")
    with host(visit, "todo-user", "getTodos", {}, token=anns_token) as shown:
        shown.widget.get_by_label("Buy milk").check()
        expect(shown.widget.get_by_role("status")).to_contain_text("Done, and deleted")
        assert todos.texts() == []


def test_a_refusal_is_told_and_the_tick_goes(visit: Visit, anns: TodoList, settings: Any) -> None:
    with host(visit, "todo", "getTodos", {"username": "ann"}) as shown:
        box = shown.widget.get_by_label("Buy milk")
        expect(box).to_be_visible()
        settings.THROTTLE_RATES = {"address": "1/day"}
        box.check()
        expect(shown.widget.get_by_role("alert")).to_contain_text("throttled")
        expect(box).not_to_be_checked()
        assert len(anns) == 3


def test_an_answer_that_is_a_refusal_is_shown_as_one(visit: Visit) -> None:
    with host(visit, "todo", "getTodos", {"username": "a/b"}) as shown:
        expect(shown.widget.get_by_role("alert")).to_contain_text("slash")


def test_a_widget_is_light_or_dark_as_its_host_is_and_takes_its_colours(
    visit: Visit, anns: TodoList
) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    with host(visit, "todo", "getTodos", {"username": "ann"}) as shown:
        expect(shown.widget.get_by_role("heading")).to_be_visible()
        assert shown.evaluate(ground) == "rgb(255, 253, 248)"
        shown.change(theme="dark")
        expect(shown.widget.locator("html")).to_have_attribute("data-theme", "dark")
        assert shown.evaluate(ground) == "rgb(29, 33, 29)"
        shown.change(styles={"variables": {"--color-background-primary": "rgb(1, 2, 3)"}})
        expect(shown.widget.locator("body")).to_have_css("background-color", "rgb(1, 2, 3)")


def test_a_widget_says_how_high_it_is_and_answers_before_it_goes(
    visit: Visit, anns: TodoList
) -> None:
    with host(visit, "todo", "getTodos", {"username": "ann"}) as shown:
        expect(shown.widget.get_by_role("listitem")).to_have_count(3)
        height = shown.evaluate("document.body.offsetHeight")
        shown.page.wait_for_function(f"told.some(each => each.params?.height == {height})")
        box = shown.page.locator("iframe").bounding_box()
        assert box and box["height"] == height + 2  # the host's border
        assert shown.tear_down() == {}


@on_a_phone
def test_a_widget_says_its_language_heading_and_labels_and_fits_a_phone(
    visit: Visit, anns: TodoList
) -> None:
    anns.add("W" * 200)
    with host(visit, "todo", "getTodos", {"username": "ann"}) as shown:
        expect(shown.widget.get_by_role("listitem")).to_have_count(4)
        assert shown.evaluate(FACTS) == GOOD
        assert shown.evaluate("document.documentElement.scrollWidth") <= PHONE


# <examples>
def test_passages_are_shown_with_what_they_are_from(visit: Visit) -> None:
    store = Datastore("retrieval-none")
    address = "https://example.org/hours"
    hours = Metadata(source_id="hours.md", author="Ann", url=address)
    owls = Metadata(url="javascript:alert(1)")
    store.upsert(
        [
            NewDocument(text=f"The library opens at nine. {MARKUP}", metadata=hours),
            NewDocument(id="owls", text="Owls hunt at night. " * 30, metadata=owls),
        ]
    )
    queries = [{"query": "When does the library open?", "top_k": 1}, {"query": "owls", "top_k": 1}]
    with host(visit, "retrieval-none", "queryDocuments", {"queries": queries}) as shown:
        found = shown.widget.get_by_role("listitem")
        first, second = found.first, found.last
        expect(first).to_contain_text(f"The library opens at nine. {MARKUP}")
        expect(first).to_contain_text("hours.md")
        expect(first.locator("mark")).to_have_text(["library", "opens"])
        first.get_by_role("button", name="Open the source").click()
        expect(second.get_by_role("button")).to_have_text(["Show all of it"])
        more = second.get_by_role("button", expanded=False)
        more.click()
        expect(second.get_by_role("button", expanded=True)).to_have_text("Show less")
        assert shown.told("ui/open-link") == [{"url": address}]
        assert shown.evaluate(FACTS) == GOOD


def teams() -> tuple[Team, Team]:
    herons = Team.objects.create(pk=1, name="Herons", full_name="River Herons")
    return herons, Team.objects.create(pk=2, name="Owls", full_name="River Owls")


def test_a_teams_season_is_shown_won_and_lost(visit: Visit) -> None:
    herons, owls = teams()
    for day in range(1, 11):  # the first at home and lost, the last away, and not known
        home, visitor = (herons, owls) if day < 6 else (owls, herons)
        scores: dict[str, Any] = {"home_team_score": 90 + day, "visitor_team_score": 95}
        Game.objects.create(
            **(scores if day < 10 else {}),
            pk=day,
            date=f"2024-01-{day:02}",
            season=2023,
            postseason=False,
            status="Final" if day < 10 else "",
            home_team=home,
            visitor_team=visitor,
        )
    with host(visit, "sports", "getGames", {"seasons": [2023], "team_ids": [1]}) as shown:
        expect(shown.widget.get_by_role("heading", level=1)).to_have_text("River Herons")
        expect(shown.widget.get_by_role("heading", level=2)).to_have_text("Season 2023–24")
        expect(shown.widget.locator(".record")).to_contain_text("0–8won and lost · 0–4 at home")
        rows = shown.widget.get_by_role("row")
        expect(rows.nth(1)).to_have_text("1 JanOwlsL 91–95")
        expect(rows).to_have_count(9)  # with its head
        shown.widget.get_by_role("button", name="Show all 10 games").click()
        expect(rows.last).to_have_text("10 Janat Owlsnot known")
        assert shown.evaluate(FACTS) == GOOD


def test_more_games_are_got_where_there_are_more(visit: Visit) -> None:
    herons, owls = teams()
    for day in range(1, 6):
        Game.objects.create(
            pk=day,
            date=f"2024-01-{day:02}",
            season=2023,
            postseason=False,
            home_team=herons,
            visitor_team=owls,
        )
    with host(visit, "sports", "getGames", {"limit": 3}) as shown:
        expect(shown.widget.get_by_role("row")).to_have_count(4)
        expect(shown.widget.get_by_role("row").nth(1)).to_have_text("1 JanOwls at Heronsnot known")
        shown.widget.get_by_role("button", name="Get more games").click()
        expect(shown.widget.get_by_role("row")).to_have_count(6)
        expect(shown.widget.get_by_role("button")).to_have_count(0)
        # </examples>
