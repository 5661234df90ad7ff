"""The page for people: who sees which list, and what adding, ticking off and undoing do."""

import re
import time
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from tests.conftest import TODO_PLUGINS, Mount, mount_of
from tests.site.plugins import PLUGINS
from todos.models import TODO_MAX_LENGTH, Todo, TodoList

pytestmark = pytest.mark.django_db
OWN = "/todo-user/list"
PERSONAL = [
    plugin.slug
    for plugin in PLUGINS
    if plugin.slug in TODO_PLUGINS and plugin.auth.callers == "people"
]


@pytest.fixture
def anns_list(ann: User) -> TodoList:
    return filled("todo-user", "ann")


@pytest.fixture
def ann_at(client: Client, ann: User) -> Client:
    """Ann's browser, signed in."""
    client.force_login(ann)
    return client


def filled(store: str, username: str) -> TodoList:
    todos = TodoList(store, username)
    for text in ("milk", "bread", "tea"):
        todos.add(text)
    return todos


def number(todos: TodoList, text: str) -> int:
    return next(pk for pk, each in todos.rows(limit=9) if each == text)


def tick(client: Client, todos: TodoList, text: str) -> Any:
    return client.post(OWN, {"done": number(todos, text)})


@pytest.mark.parametrize("slug", TODO_PLUGINS)
@pytest.mark.parametrize("at", ["prefix", "host"])
def test_people_have_a_page_where_a_list_is_their_own(
    client: Client, ann: User, slug: str, at: str
) -> None:
    place = mount_of(slug, at)
    path, headers = f"{place.prefix}/list", {"host": place.host}
    if slug not in PERSONAL:
        assert client.get(path, headers=headers).status_code == 404
        return
    response = client.get(path, headers=headers)
    assert (response.status_code, response["Location"]) == (302, f"/accounts/login/?next={path}")
    filled(slug, "ann")
    client.force_login(ann)
    assert "bread" in client.get(path, headers=headers).text


@pytest.mark.parametrize("path", ["list", "list/rows"])
def test_a_list_is_shown_to_its_owner_alone(
    client: Client, anns_list: TodoList, bob: User, path: str
) -> None:
    assert client.get(f"/todo-user/{path}").status_code == 302
    client.force_login(bob)
    assert "bread" not in client.get(f"/todo-user/{path}").text


def test_stores_do_not_mix_on_the_page(ann_at: Client, anns_list: TodoList) -> None:
    assert "bread" not in ann_at.get("/todo-oauth/list").text


def test_what_is_added_stands_at_the_end(ann_at: Client, anns_list: TodoList) -> None:
    response = ann_at.post(OWN, {"todo": "jam"})
    assert response.status_code == 302
    assert response["Location"].endswith("/todo-user/list#said")
    assert "Added: jam" in ann_at.get(OWN).text
    assert anns_list.texts() == ["milk", "bread", "tea", "jam"]


def test_loading_the_page_again_adds_nothing(ann_at: Client, anns_list: TodoList) -> None:
    response = ann_at.post(OWN, {"todo": "jam"}, follow=True)
    assert response.request["REQUEST_METHOD"] == "GET"  # which is what a browser sends again
    assert len(anns_list) == 4


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Say what is to be done."),
        ("  ", "Say what is to be done."),
        ("a" * (TODO_MAX_LENGTH + 1), "Too long"),
        ("a\0b", "Null characters"),
    ],
)
def test_what_cannot_be_added_is_told_at_the_field(ann_at: Client, text: str, words: str) -> None:
    response = ann_at.post(OWN, {"todo": text})
    assert response.status_code == 400
    assert words in response.text and "<title>Error: " in response.text
    assert not Todo.objects.exists()


def test_a_todo_that_is_ticked_off_is_gone_for_clients(
    ann_at: Client, anns_list: TodoList, todo_user: Mount, anns_token: str
) -> None:
    assert "Done, and off the list" in tick(ann_at, anns_list, "bread").text
    response = todo_user.get("/todos/me", token=anns_token)
    assert response.json() == {"todos": ["milk", "tea"]}


def test_what_a_client_changed_meanwhile_makes_nothing_else_go(
    ann_at: Client, anns_list: TodoList, todo_user: Mount, anns_token: str
) -> None:
    bread = number(anns_list, "bread")
    todo_user.delete("/todos/me", {"todo_idx": 0}, token=anns_token)
    ann_at.post(OWN, {"done": bread})
    assert anns_list.texts() == ["tea"]
    assert "no longer on the list" in ann_at.post(OWN, {"done": bread}).text
    assert anns_list.texts() == ["tea"]


@pytest.mark.parametrize("done", ["", "x", "-1", "1.5", str(2**63), "9" * 5000])
def test_what_names_no_todo_removes_nothing(ann_at: Client, anns_list: TodoList, done: str) -> None:
    response = ann_at.post(OWN, {"done": done})
    assert response.status_code == 200
    assert len(anns_list) == 3


def test_nobody_ticks_off_what_is_anothers(client: Client, anns_list: TodoList, bob: User) -> None:
    client.force_login(bob)
    assert "no longer on the list" in tick(client, anns_list, "bread").text
    client.post("/todo-oauth/list", {"done": number(anns_list, "bread")})
    assert len(anns_list) == 3


def test_what_was_ticked_off_is_put_back_in_its_place_once(
    ann_at: Client, anns_list: TodoList
) -> None:
    before = list(Todo.objects.values())
    signed = tick(ann_at, anns_list, "bread").context["put_back"]
    assert "Back on the list: bread" in put_back(ann_at, signed)
    assert "on the list already" in put_back(ann_at, signed)
    assert list(Todo.objects.values()) == before


@pytest.mark.parametrize("text", ["a\r\nb", " a\nb ", "<b>", "🥛" * TODO_MAX_LENGTH])
def test_what_is_put_back_is_as_it_was(ann_at: Client, anns_list: TodoList, text: str) -> None:
    anns_list.add(text)
    put_back(ann_at, tick(ann_at, anns_list, text).context["put_back"])
    assert anns_list.texts() == ["milk", "bread", "tea", text]


def test_what_was_ticked_off_is_kept_nowhere(ann_at: Client, anns_list: TodoList) -> None:
    tick(ann_at, anns_list, "bread")
    assert "bread" not in ann_at.get(OWN).text
    assert set(ann_at.session.keys()) == {"_auth_user_id", "_auth_user_backend", "_auth_user_hash"}


@pytest.mark.parametrize("forge", [lambda signed: "x", lambda signed: signed + "x"])
def test_what_was_not_ticked_off_here_is_not_put_back(
    ann_at: Client, anns_list: TodoList, forge: Any
) -> None:
    signed = tick(ann_at, anns_list, "bread").context["put_back"]
    assert "Nothing was put back" in put_back(ann_at, forge(signed))
    assert len(anns_list) == 2


def test_a_list_takes_back_nothing_of_another(
    ann_at: Client, anns_list: TodoList, bob: User
) -> None:
    signed = tick(ann_at, anns_list, "bread").context["put_back"]
    other = Client()
    other.force_login(bob)
    assert "Nothing was put back" in put_back(other, signed)
    assert not Todo.objects.filter(username="bob").exists()


def test_after_an_hour_nothing_is_put_back(
    ann_at: Client, anns_list: TodoList, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed = tick(ann_at, anns_list, "bread").context["put_back"]
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 3601)
    assert "more than an hour ago" in put_back(ann_at, signed)
    assert len(anns_list) == 2


def put_back(client: Client, signed: str) -> str:
    return str(client.post(OWN, {"put_back": signed}, follow=True).text)


@pytest.mark.parametrize("form", [{"todo": "forged"}, {"done": 1}, {"put_back": "x"}])
def test_a_forged_form_is_refused(ann: User, anns_list: TodoList, form: dict[str, Any]) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ann)
    assert strict.post(OWN, form).status_code == 403
    assert len(anns_list) == 3


def test_markup_in_a_todo_is_shown_and_not_run(ann_at: Client, anns_list: TodoList) -> None:
    anns_list.add("<script>alert(1)</script>")
    assert "<script>alert" not in ann_at.get(OWN).text
    assert "<script>alert" not in tick(ann_at, anns_list, "<script>alert(1)</script>").text


def test_the_rows_are_answered_again_only_when_they_changed(
    ann_at: Client, anns_list: TodoList, todo_user: Mount, anns_token: str
) -> None:
    etag = re.search(r'data-etag="(.+?)"', ann_at.get(OWN).text)
    assert etag
    known = etag[1].replace("&quot;", '"')

    def look() -> Any:
        return ann_at.get(f"{OWN}/rows", headers={"if-none-match": known})

    assert (look().status_code, look().content) == (304, b"")
    todo_user.post("/todos/me", {"todo": "jam"}, token=anns_token)
    assert look().status_code == 200
    assert "jam" in look().text and "<html" not in look().text


def test_rows_change_with_a_text_that_the_operator_edits(
    ann_at: Client, anns_list: TodoList
) -> None:
    before = ann_at.get(f"{OWN}/rows")["ETag"]
    Todo.objects.filter(text="bread").update(text="buns")
    assert ann_at.get(f"{OWN}/rows")["ETag"] != before


def test_a_long_list_has_pages_and_adding_leads_to_the_last(ann_at: Client) -> None:
    Todo.objects.bulk_create(
        Todo(store="todo-user", username="ann", text=f"no. {n}.") for n in range(250)
    )
    text = ann_at.get(OWN).text
    assert "250 to do" in text and "no. 99." in text and "no. 100." not in text
    assert "no. 249." in ann_at.get(OWN, {"page": 3}).text
    assert "no. 249." in ann_at.get(OWN, {"page": "77"}).text
    assert "no. 0." in ann_at.get(OWN, {"page": "x"}).text
    location = ann_at.post(OWN, {"todo": "jam"})["Location"]
    assert location.endswith("/list?page=3#said")


@pytest.mark.parametrize(
    ("method", "path", "form", "queries"),
    [
        ("GET", OWN, None, 4),  # session, person, how many, and which
        ("GET", f"{OWN}/rows", None, 4),
        ("POST", OWN, {"done": 0}, 5),
        ("POST", OWN, {"todo": "jam"}, 4),
    ],
)
def test_what_the_page_costs(
    ann_at: Client,
    anns_list: TodoList,
    django_assert_num_queries: DjangoAssertNumQueries,
    method: str,
    path: str,
    form: dict[str, Any] | None,
    queries: int,
) -> None:
    with django_assert_num_queries(queries):
        ann_at.get(path) if method == "GET" else ann_at.post(path, form)


def test_visits_are_counted_and_take_nothing_from_clients(
    ann_at: Client, settings: Settings, todo_user: Mount, anns_token: str
) -> None:
    settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, "person": "2/day"}
    assert [ann_at.get(f"{OWN}/rows").status_code for _ in range(3)] == [200, 200, 429]
    assert todo_user.get("/todos/me", token=anns_token).status_code == 200


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_another_method_is_refused(ann_at: Client, method: str) -> None:
    assert getattr(ann_at, method)(OWN).status_code == 405


def form_of(client: Client) -> str:
    found = re.search(r'name="once" value="([^"]+)"', client.get(OWN).text)
    assert found
    return found[1]


def test_a_form_sent_twice_adds_once(ann_at: Client, ann: User) -> None:
    mark = form_of(ann_at)
    for _ in range(2):
        answer = ann_at.post(OWN, {"todo": "milk", "once": mark}, follow=True)
        assert "Added: milk" in answer.text
    assert len(TodoList("todo-user", "ann")) == 1


def test_what_is_filled_in_anew_is_another_form(ann_at: Client, bob: User) -> None:
    mark = form_of(ann_at)
    for todo in ("milk", "bread"):
        ann_at.post(OWN, {"todo": todo, "once": mark})
    ann_at.post(OWN, {"todo": "milk", "once": form_of(ann_at)})
    assert len(TodoList("todo-user", "ann")) == 3
    bobs = Client()
    bobs.force_login(bob)
    bobs.post(OWN, {"todo": "milk", "once": mark})
    assert len(TodoList("todo-user", "bob")) == 1


def test_a_form_that_added_nothing_is_taken_when_it_comes_again(
    ann_at: Client, anns_list: TodoList, settings: Settings
) -> None:
    settings.TODO_QUOTA = 3
    form = {"todo": "cheese", "once": form_of(ann_at)}
    assert ann_at.post(OWN, form).status_code == 400
    anns_list.pop(0)
    assert "Added: cheese" in ann_at.post(OWN, form, follow=True).text
    assert anns_list.texts() == ["bread", "tea", "cheese"]


def test_so_is_one_that_came_while_the_database_was_away(
    ann_at: Client, anns_list: TodoList, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise OperationalError

    form = {"todo": "cheese", "once": form_of(ann_at)}
    ann_at.raise_request_exception = False
    with monkeypatch.context() as patch:
        patch.setattr(TodoList, "add", away)
        assert ann_at.post(OWN, form).status_code == 503
    ann_at.post(OWN, form)
    assert anns_list.texts()[-1] == "cheese"


def test_a_full_list_takes_nothing_back(
    ann_at: Client, anns_list: TodoList, settings: Settings
) -> None:
    settings.TODO_QUOTA = 3
    signed = tick(ann_at, anns_list, "bread").context["put_back"]
    anns_list.add("cheese")
    assert "The list is full" in put_back(ann_at, signed)
    anns_list.pop(0)
    assert "Back on the list: bread" in put_back(ann_at, signed)
    assert anns_list.texts() == ["bread", "tea", "cheese"]
