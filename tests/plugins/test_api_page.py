"""The API page: what it opens with, what it sends, and what it lends."""

import json
import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import AccessToken, Application

from oauth_demo.lending import CLIENT_ID, LENT
from oauth_demo.models import Consent
from plugins.openapi import generate
from tests.conftest import Mount, mount_of
from tests.plugins.forms import Forms
from tests.site.plugins import PLUGINS
from todos.models import TodoList

pytestmark = pytest.mark.django_db

LENDING = [plugin.slug for plugin in PLUGINS if plugin.auth.lends]


def page(mount: Mount, **sent: Any) -> Any:
    """Return the page, or what it answers to a form."""
    path = f"{mount.prefix}/docs"
    response = mount.client.post(path, sent) if sent else mount.client.get(path)
    assert response.status_code == 200, response.text
    return response


def forms(mount: Mount, **sent: Any) -> dict[str, dict[str, Any]]:
    return Forms(page(mount, **sent).text).forms


def status(response: Any) -> int:
    """Return the status of the call that a page shows."""
    [shown] = re.findall(r"<h4>(\d{3}) ", response.text)
    return int(shown)


def signed_in(slug: str, user: User, at: str = "prefix") -> Mount:
    mount = mount_of(slug, at)
    mount.client.force_login(user)
    mount.client.defaults["HTTP_HOST"] = mount.host
    return mount


def lent(mount: Mount) -> str:
    """Let a page be lent a token; return it."""
    [token] = {each["token"] for each in forms(mount, do="lend").values()}
    return str(token)


def test_each_operation_of_the_whole_document_has_a_form(mount: Mount) -> None:
    document = generate(mount.plugin, whole=True)[0]
    ids = {each["operationId"] for ways in document["paths"].values() for each in ways.values()}
    mount.client.defaults["HTTP_HOST"] = mount.host
    assert forms(mount).keys() == ids


def test_each_form_opens_with_a_call_that_is_well_formed(mount: Mount, token: str | None) -> None:
    mount.client.defaults["HTTP_HOST"] = mount.host
    for name, fields in forms(mount).items():
        answer = page(mount, **fields, token=token or "")
        # 404 for what is not there yet.
        assert status(answer) in (200, 404), (name, answer.text)


def test_nothing_is_sent_that_no_example_says(mount: Mount) -> None:
    mount.client.defaults["HTTP_HOST"] = mount.host
    for fields in forms(mount).values():
        assert not {"string", "0", "additionalProp1"} & set(map(str, fields.values()))


def test_what_a_form_stores_is_the_example(todo: Mount) -> None:
    fields = forms(todo)["addTodo"]
    assert status(page(todo, **fields)) == 200
    assert TodoList("todo", "global").texts() == ["Buy milk"]


def test_a_form_opens_with_the_examples_of_the_document(mount: Mount) -> None:
    mount.client.defaults["HTTP_HOST"] = mount.host
    opened = forms(mount)
    for operation in operations_of(mount.get("/openapi-full.json").json()):
        fields = opened[operation["operationId"]]
        for each in operation.get("parameters", ()):
            examples = [example["value"] for example in each.get("examples", {}).values()]
            examples += [each["example"]] if "example" in each else []
            examples += [each["schema"].get("example")] if each.get("required") else [""]
            text = ",".join(map(str, examples[0])) if isinstance(examples[0], list) else examples[0]
            assert fields[f"{each['in']}-{each['name']}"] == str(text)
        content = operation.get("requestBody", {}).get("content", {})
        if body := content.get("application/json"):
            assert json.loads(fields["body-body"]) == body["example"]


def operations_of(document: Any) -> list[Any]:
    return [each for ways in document["paths"].values() for each in ways.values()]


def test_what_was_typed_stays_beside_the_answer(todo: Mount) -> None:
    fields = {**forms(todo)["addTodo"], "body-body": '{"todo": ""}', "path-username": "a b/ü"}
    answer = page(todo, **fields)
    assert status(answer) == 400
    again = Forms(answer.text).forms["addTodo"]
    assert again["body-body"] == '{"todo": ""}'
    assert "/todos/a%20b%2F%C3%BC" in unescape(answer.text)


def test_a_path_without_its_part_is_not_sent(todo: Mount) -> None:
    answer = page(todo, **{**forms(todo)["addTodo"], "path-username": ""})
    assert "username is empty. Fill it in" in answer.text


def test_an_operation_that_there_is_not_is_not_found(todo: Mount) -> None:
    assert todo.client.post("/todo/docs", {"operation": "dropTables"}).status_code == 404


@pytest.mark.parametrize("at", ["prefix", "host"])
@pytest.mark.parametrize("slug", LENDING)
def test_a_click_fills_in_a_token_of_who_is_signed_in(slug: str, at: str, ann: User) -> None:
    mount = signed_in(slug, ann, at)
    filled = forms(mount, do="lend")
    assert all(fields["token"] for fields in filled.values())
    for name, fields in filled.items():
        assert status(page(mount, **fields)) in (200, 404), name


def test_what_is_lent_reaches_what_is_ones_own(ann: User, bob: User) -> None:
    mount = signed_in("todo-oauth", ann)
    token = lent(mount)
    assert mount.post("/todos/ann", {"todo": "Milk"}, token=token).status_code == 200
    assert mount.get("/todos/bob", token=token).status_code == 403
    assert TodoList("todo-oauth", "ann").texts() == ["Milk"]


def test_who_is_signed_out_is_lent_nothing_and_told_where_to_sign_in(todo_user: Mount) -> None:
    answer = page(todo_user, do="lend")
    assert "Sign in first" in answer.text
    assert not AccessToken.objects.exists()
    assert 'href="/accounts/login/?next=/todo-user/docs%23token"' in page(todo_user).text.replace(
        "%2F", "/"
    )


def test_a_session_alone_opens_nothing(ann: User) -> None:
    mount = signed_in("todo-user", ann)
    answer = page(mount, **forms(mount)["getTodos"])
    assert status(answer) == 401
    assert "WWW-Authenticate: Bearer" in answer.text


@pytest.mark.parametrize("sent", [{"do": "lend"}, {"do": "end"}, {"operation": "getTodos"}])
def test_a_form_of_another_site_is_refused(sent: dict[str, str], ann: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ann)
    assert client.post("/todo-oauth/docs", sent).status_code == 403
    assert not AccessToken.objects.exists()


@pytest.mark.parametrize("slug", LENDING)
def test_what_is_lent_ends_within_a_quarter_of_an_hour(slug: str, ann: User) -> None:
    mount = signed_in(slug, ann)
    token = lent(mount)
    assert timedelta(minutes=14) < AccessToken.objects.get().expires - timezone.now() <= LENT
    fields = {**forms(mount, do="use", token=token)}
    AccessToken.objects.update(expires=timezone.now() - timedelta(seconds=1))
    for each in fields.values():
        assert status(page(mount, **each)) == 401


def test_lending_again_ends_what_was_lent(ann: User) -> None:
    mount = signed_in("todo-oauth", ann)
    first, second = lent(mount), lent(mount)
    assert mount.get("/todos/me", token=first).status_code == 401
    assert mount.get("/todos/me", token=second).status_code == 200


@pytest.mark.parametrize("slug", LENDING)
def test_what_is_lent_is_ended_by_a_click(slug: str, ann: User) -> None:
    mount = signed_in(slug, ann)
    fields = forms(mount, do="lend")
    assert "The token was ended" in page(mount, do="end").text
    for each in fields.values():
        assert status(page(mount, **each)) == 401


@pytest.mark.parametrize("slug", LENDING)
def test_what_is_lent_is_among_the_connected_apps_and_ended_there(slug: str, ann: User) -> None:
    mount = signed_in(slug, ann)
    fields = forms(mount, do="lend")
    apps = mount.client.get("/accounts/apps/").text
    assert "The API page of this site" in apps and slug in apps
    assert "It has no access now" not in apps
    words = mount.plugin.auth.scopes.values() or ["All that the plugin does, with what is yours"]
    assert all(each in apps for each in words)
    mount.client.post(f"/accounts/apps/{Consent.objects.get().pk}/disconnect/")
    for each in fields.values():
        assert status(page(mount, **each)) == 401


def test_what_was_lent_is_said_to_come_back_by_a_click_alone(ann: User) -> None:
    mount = signed_in("todo-oauth", ann)
    forms(mount, do="lend")
    AccessToken.objects.update(expires="2020-01-01T00:00Z")
    apps = mount.client.get("/accounts/apps/").text
    assert "You lent it access there by a click, for a quarter of an hour." in apps
    assert "It has no access now; it gets this again when you press its button." in apps
    assert "without asking you" not in apps and "you agree again" not in apps


def test_what_is_lent_opens_no_other_plugin(ann: User) -> None:
    for slug in LENDING:
        token = lent(signed_in(slug, ann))
        for plugin in PLUGINS:
            if plugin.auth.callers != "everybody":
                name, fields = next(iter(forms(mount_of(plugin.slug)).items()))
                answer = page(mount_of(plugin.slug), **{**fields, "token": token})
                assert (status(answer) == 401) == (plugin.slug != slug), (slug, plugin.slug, name)


def test_what_is_lent_is_kept_as_a_digest_alone(ann: User) -> None:
    token = lent(signed_in("todo-oauth", ann))
    assert token not in str(AccessToken.objects.values().get())


def test_no_request_can_be_made_in_the_name_of_the_page(ann: User) -> None:
    mount = signed_in("todo-oauth", ann)
    lent(mount)
    query = {"client_id": CLIENT_ID, "response_type": "code"}
    for uri in ({}, {"redirect_uri": "https://eve.example/"}):
        assert mount.client.get("/todo-oauth/oauth", {**query, **uri}).status_code == 400
    assert Application.objects.get().redirect_uris == ""


def test_a_token_that_was_pasted_is_used_and_kept_nowhere(
    todo_service: Mount, service_token: str
) -> None:
    filled = forms(todo_service, do="use", token=f" {service_token}\n")
    assert status(page(todo_service, **filled["getTodos"])) == 200
    assert all("token" not in fields for fields in forms(todo_service).values())
    assert not todo_service.client.session.keys()


def test_a_service_plugin_says_where_its_token_comes_from(todo_service: Mount) -> None:
    text = page(todo_service).text
    assert "the plugin&#x27;s operator" in text
    assert "manage.py create_service_token --plugin todo-service" in text
    assert "lend" not in Forms(text).buttons


def test_no_page_is_kept_by_a_cache(ann: User) -> None:
    mount = signed_in("todo-oauth", ann)
    for response in (page(mount), page(mount, do="lend")):
        assert "no-store" in response["Cache-Control"]


def test_the_policy_of_the_page_is_that_of_all_pages(mount: Mount) -> None:
    policy = mount.get("/docs")["Content-Security-Policy"]
    assert policy == mount.client.get("/", headers={"host": "localhost"})["Content-Security-Policy"]
    assert "unsafe" not in policy


def test_the_page_costs_a_stranger_no_query(todo: Mount, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        page(todo)


@pytest.mark.parametrize("token", ["é中", "a\r\nb", "\U0001f511"])
def test_a_token_that_no_header_holds_is_refused(token: str, todo_user: Mount) -> None:
    sent = {"operation": "getTodos", "path-username": "ann", "token": token}
    assert status(page(todo_user, **sent)) == 401
