"""What holds for every page of the admin: it opens, its forms hold, its links lead somewhere."""

import re
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from oauth2_provider.models import AccessToken, Application, RefreshToken

from api.notes import writer
from oauth_demo.models import Consent, Token
from simulator.models import InstalledPlugin
from tests.conftest import Mount, mount_of
from tests.oauth.conftest import connect, register
from todos.models import Todo, TodoList

pytestmark = pytest.mark.django_db
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
LISTS = [f"/admin/{model._meta.app_label}/{model._meta.model_name}/" for model in MODELS]


@pytest.fixture
def operator() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("operator"))
    return client


@pytest.fixture
def busy_site(settings: Any, operator: Client, ann: User, anns_token: str) -> None:
    """A site with something of nearly everything."""
    connect(mount_of("todo-oauth"), ann, register("ChatGPT", "https://a.example/"))
    TodoList("todo-user", "ann").add("Buy milk")
    InstalledPlugin.objects.create(owner=ann, name="Mine", address="https://a.example", kind="mcp")
    Token.objects.issue(plugin="todo-service", name="ChatGPT")
    mount_of("todo-user").get("/todos/me", token=anns_token)
    settings.AXES_ENABLED = True
    Client().post("/accounts/login/", {"username": "ann", "password": "wrong"})
    writer.write()


@pytest.mark.parametrize("path", LISTS)
def test_every_list_opens_and_so_does_what_it_leads_to(
    operator: Client, busy_site: None, path: str
) -> None:
    page = operator.get(path)
    assert page.status_code == 200
    links = set(re.findall(r'<(?:td|th)[^>]*><a href="([^"]+)"', page.text))
    for link in links:
        assert operator.get(link.replace("&amp;", "&")).status_code == 200, link


@pytest.mark.parametrize("path", LISTS)
def test_view_on_site_leads_to_a_page_or_is_not_there(
    operator: Client, busy_site: None, path: str
) -> None:
    rows = operator.get(path).context["cl"].result_list
    for row in rows:
        page = operator.get(f"{path}{row.pk}/change/").text
        for link in re.findall(r'href="(/admin/r/[^"]+)"', page):
            assert operator.get(link, follow=True).status_code == 200, link


@pytest.mark.parametrize("path", LISTS)
def test_forms_to_add_show_no_objects_of_python_and_say_what_is_missing(
    operator: Client, path: str
) -> None:
    page = operator.get(f"{path}add/")
    if page.status_code == 403:
        return
    assert page.status_code == 200
    assert "DatabaseDefault" not in page.text and "object at 0x" not in page.text
    refused = operator.post(f"{path}add/", {})
    assert refused.status_code == 200
    assert "errornote" in refused.text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"store": "nothing"}, "Select a valid choice"),
        ({"store": "sports"}, "Select a valid choice"),  # <examples></examples>
        ({"username": "a/b"}, "slash"),
        ({"username": "nobody"}, "Nobody has this username"),
        ({"text": ""}, "required"),
    ],
)
def test_a_todo_is_added_as_the_api_would(
    operator: Client, ann: User, change: dict[str, str], message: str
) -> None:
    data = {"store": "todo-user", "username": "ann", "text": "Buy milk"}
    page = operator.post("/admin/todos/todo/add/", data | change)
    assert page.status_code == 200 and message in page.text
    assert not Todo.objects.exists()
    assert operator.post("/admin/todos/todo/add/", data).status_code == 302
    assert TodoList("todo-user", "ann").texts() == ["Buy milk"]


def test_a_todo_of_a_plugin_that_is_gone_can_be_changed(operator: Client) -> None:
    todo = Todo.objects.create(store="gone", username="ann", text="Buy milk")
    data = {"store": "gone", "username": "ann", "text": "Buy tea"}
    operator.post(f"/admin/todos/todo/{todo.pk}/change/", data)
    assert TodoList("gone", "ann").texts() == ["Buy tea"]


def test_whole_lists_are_deleted_once_that_is_confirmed(operator: Client) -> None:
    for username, number in (("ann", 3), ("bob", 2)):
        for index in range(number):
            TodoList("todo", username).add(f"{index}")
    first = Todo.objects.filter(username="ann")[0]
    data = {"action": "delete_lists", "_selected_action": [first.pk]}
    page = operator.post("/admin/todos/todo/", data)
    assert "ann in todo: 3 todos" in page.text and "bob" not in page.text
    assert Todo.objects.count() == 5
    operator.post("/admin/todos/todo/", data | {"post": "yes"})
    assert TodoList("todo", "ann").texts() == [] and len(TodoList("todo", "bob")) == 2


def test_all_access_of_people_ends_at_once(
    operator: Client, todo_user: Mount, busy_site: None, ann: User, anns_token: str
) -> None:
    data = {"action": "end_access", "_selected_action": [ann.pk]}
    operator.post("/admin/auth/user/", data)
    assert todo_user.get("/todos/me", token=anns_token).status_code == 401
    assert not AccessToken.objects.exists() and not Consent.objects.exists()
    assert not RefreshToken.objects.filter(revoked=None).exists()
    assert LogEntry.objects.latest("pk").change_message == "Ended all access."


def test_all_access_of_a_client_ends_at_once(operator: Client, busy_site: None) -> None:
    client = Application.objects.get()
    data = {"action": "end_access", "_selected_action": [client.pk]}
    operator.post("/admin/oauth2_provider/application/", data)
    assert not AccessToken.objects.exists() and not Consent.objects.exists()
    assert not RefreshToken.objects.filter(revoked=None).exists()
    assert Application.objects.exists()


def test_the_dashboard_tells_what_plugins_keep_and_do(
    operator: Client, busy_site: None, ann: User
) -> None:
    page = operator.get("/admin/dashboard/")
    assert page.status_code == 200
    figures = {each.plugin.slug: each for each in page.context["plugins"]}
    personal = figures["todo-user"]
    assert (personal.calls, personal.people, personal.tokens) == (1, 1, 1)
    assert list(personal.operations) == ["getTodos"]
    assert figures["todo-oauth"].apps == 1
    assert figures["todo"].calls == 0 and figures["todo"].last_at is None
    numbers = {each.words: each.number for each in page.context["totals"]}
    assert numbers["live service tokens"] == 1
    assert numbers["people"] == 2
    assert [each.username for each in page.context["failed"]] == ["ann"]


def test_what_the_dashboard_links_to_opens(operator: Client, busy_site: None) -> None:
    page = operator.get("/admin/dashboard/").text
    links = set(re.findall(r'href="(/admin/[^"]+)"', page.partition('id="content-main"')[2]))
    assert len(links) > 15
    for link in links:
        assert operator.get(link.replace("&amp;", "&")).status_code == 200, link


def test_the_dashboard_takes_as_many_queries_however_much_there_is(
    operator: Client, busy_site: None, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        TodoList("todo", f"user {number}").add("Buy milk")
    with django_assert_max_num_queries(50):
        operator.get("/admin/dashboard/")


def test_the_dashboard_is_for_who_may_see_usage(ann: User) -> None:
    client = Client()
    client.force_login(ann)
    assert client.get("/admin/dashboard/").status_code == 302
    ann.is_staff = True
    ann.save()
    assert client.get("/admin/dashboard/").status_code == 403
