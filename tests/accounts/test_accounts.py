"""The account area: sign up, sign in, password, and a person's own tokens."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from pytest_django import Settings

from oauth_demo.models import Token, digest
from tests.conftest import Mount
from todos.models import TodoList

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-enough-word"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def sign_up(client: Client, username: str = "carol", **extra: str) -> Any:
    data = {"username": username, "password1": PASSWORD, "password2": PASSWORD, **extra}
    return client.post("/accounts/signup/", data)


def mark(client: Client, path: str) -> str:
    """Return what a form is known by, when it is sent again."""
    found = re.search(r'name="once" value="([^"]+)"', client.get(path).text)
    assert found
    return found[1]


def make_token(client: Client, plugin: str = "todo-user", name: str = "ChatGPT") -> Any:
    return client.post("/accounts/tokens/", {"plugin": plugin, "name": name}, follow=True)


def test_a_person_signs_up_makes_a_token_and_calls(todo_user: Mount) -> None:
    client = Client()
    assert sign_up(client)["Location"] == "/accounts/tokens/"
    page = make_token(client)
    assert page.status_code == 200
    secret = page.context["secret"]
    assert secret in page.content.decode()
    todo_user.post("/todos/carol", {"todo": "milk"}, token=secret)
    assert todo_user.get("/todos/carol", token=secret).json() == {"todos": ["milk"]}


def test_a_token_is_shown_once(ann: User) -> None:
    client = signed_in(ann)
    page = make_token(client)
    assert "no-store" in page["Cache-Control"]
    assert page.context["secret"] not in client.get("/accounts/tokens/").content.decode()


def test_a_form_sent_twice_makes_one_token_and_shows_it(ann: User) -> None:
    client = signed_in(ann)
    form = {"plugin": "todo-user", "name": "ChatGPT", "once": mark(client, "/accounts/tokens/")}
    client.post("/accounts/tokens/", form)
    client.cookies.pop("fresh-token")  # the first answer is not waited for
    page = client.post("/accounts/tokens/", form, follow=True)
    token = Token.objects.get()
    assert token.digest == digest(page.context["secret"]) and page.context["new_token"] == token
    token.revoke()
    assert "There is a token of that name" not in client.post("/accounts/tokens/", form).text


def test_the_same_mark_makes_another_person_another_token(ann: User, bob: User) -> None:
    secrets = set()
    for person in (ann, bob):
        form = {"plugin": "todo-user", "name": "ChatGPT", "once": "the-same"}
        page = signed_in(person).post("/accounts/tokens/", form, follow=True)
        secrets.add(page.context["secret"])
    assert len(secrets) == 2


def test_loading_the_page_again_makes_no_second_token(ann: User) -> None:
    client = signed_in(ann)
    made = client.post("/accounts/tokens/", {"plugin": "todo-user", "name": "ChatGPT"})
    assert (made.status_code, made["Location"]) == (302, "/accounts/tokens/")
    for _ in range(2):
        client.get(made["Location"])
    assert Token.objects.count() == 1


def test_a_new_secret_waits_in_the_browser_alone(ann: User) -> None:
    client = signed_in(ann)
    made = client.post("/accounts/tokens/", {"plugin": "todo-user", "name": "ChatGPT"})
    waiting = made.cookies["fresh-token"]
    assert (waiting["path"], waiting["httponly"], waiting["max-age"]) == (
        *("/accounts/tokens/", True, 60),
    )
    assert waiting.value not in str([*Session.objects.values()])
    assert client.get("/accounts/tokens/").cookies["fresh-token"].value == ""


def test_a_secret_that_is_nobodys_here_is_not_shown(ann: User, bobs_token: str) -> None:
    client = signed_in(ann)
    for secret in (bobs_token, "made-up"):
        client.cookies["fresh-token"] = secret
        assert secret not in client.get("/accounts/tokens/").text


@pytest.mark.parametrize("plugin", ["todo", "todo-service", "nothing", ""])
def test_a_person_makes_tokens_for_personal_plugins_only(ann: User, plugin: str) -> None:
    page = make_token(signed_in(ann), plugin=plugin)
    assert page.context["form"].errors["plugin"]
    assert not Token.objects.exists()


@pytest.mark.parametrize("name", ["", " ", "a" * 101])
def test_a_token_needs_a_name(ann: User, name: str) -> None:
    assert make_token(signed_in(ann), name=name).context["form"].errors["name"]


def test_a_person_sees_their_own_tokens_only(ann: User, anns_token: str, bobs_token: str) -> None:
    page = signed_in(ann).get("/accounts/tokens/").content.decode()
    assert "Laptop" in page and "Phone" not in page


def test_a_person_revokes_their_own_token(todo_user: Mount, ann: User, anns_token: str) -> None:
    token = Token.objects.get(user=ann)
    response = signed_in(ann).post(f"/accounts/tokens/{token.pk}/revoke/")
    assert response["Location"] == "/accounts/tokens/"
    assert todo_user.get("/todos/ann", token=anns_token).status_code == 401


def test_a_person_cannot_revoke_anothers_token(ann: User, bob: User, bobs_token: str) -> None:
    token = Token.objects.get(user=bob)
    assert signed_in(ann).post(f"/accounts/tokens/{token.pk}/revoke/").status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None


def test_revoking_needs_a_post(ann: User, anns_token: str) -> None:
    token = Token.objects.get(user=ann)
    assert signed_in(ann).get(f"/accounts/tokens/{token.pk}/revoke/").status_code == 405


@pytest.mark.parametrize("path", ["/accounts/tokens/", "/accounts/password/"])
def test_the_account_area_asks_to_sign_in(path: str) -> None:
    assert Client().get(path)["Location"] == f"/accounts/login/?next={path}"


def test_a_forged_post_is_refused(ann: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ann)
    assert make_token(client).status_code == 403
    assert not Token.objects.exists()


def test_signing_in_goes_on_to_where_the_person_wanted_to_be(ann: User) -> None:
    data = {"username": "ann", "password": "anns-password"}
    response = Client().post("/accounts/login/?next=/accounts/password/", data)
    assert response["Location"] == "/accounts/password/"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:x"])
def test_nobody_is_sent_to_another_site(ann: User, target: str) -> None:
    data = {"username": "ann", "password": "anns-password", "next": target}
    assert Client().post("/accounts/login/", data)["Location"] == "/accounts/tokens/"
    assert sign_up(Client(), next=target)["Location"] == "/accounts/tokens/"


@pytest.mark.parametrize("username", ["ann", "ANN", "a b", "a/b", "a%b", "", "a" * 151])
def test_a_username_that_cannot_be_had(ann: User, username: str) -> None:
    page = sign_up(Client(), username)
    assert page.status_code == 200
    assert page.context["form"].errors["username"]


def test_a_weak_password_is_refused() -> None:
    page = Client().post(
        "/accounts/signup/", {"username": "carol", "password1": "12345", "password2": "12345"}
    )
    assert page.context["form"].errors["password2"]
    assert not User.objects.exists()


def test_a_person_changes_their_password(ann: User) -> None:
    client = signed_in(ann)
    data = {
        "old_password": "anns-password",
        "new_password1": PASSWORD,
        "new_password2": PASSWORD,
    }
    assert client.post("/accounts/password/", data)["Location"] == "/accounts/tokens/"
    ann.refresh_from_db()
    assert ann.check_password(PASSWORD)
    assert client.get("/accounts/tokens/").status_code == 200


def test_signing_out_needs_a_post_and_leads_home(ann: User) -> None:
    client = signed_in(ann)
    assert client.get("/accounts/logout/").status_code == 405
    assert client.post("/accounts/logout/")["Location"] == "/"
    assert client.get("/accounts/tokens/").status_code == 302


def test_pages_cannot_be_framed_and_load_nothing_from_elsewhere(ann: User) -> None:
    response = signed_in(ann).get("/accounts/tokens/")
    assert response["X-Frame-Options"] == "DENY"
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy and "https:" not in policy


@pytest.mark.parametrize("username", [".", ".."])
def test_a_username_that_would_vanish_from_a_path(username: str) -> None:
    assert sign_up(Client(), username).context["form"].errors["username"]


@pytest.mark.parametrize("target", ["welcome", "tokens"])
def test_where_to_go_on_is_a_path_and_no_name_of_a_view(ann: User, target: str) -> None:
    assert sign_up(Client(), next=target)["Location"] == target
    assert signed_in(ann).get(f"/accounts/signup/?next={target}")["Location"] == target


def test_the_sign_in_page_does_not_lead_to_itself(ann: User) -> None:
    response = signed_in(ann).get("/accounts/login/?next=/accounts/login/")
    assert response["Location"] == "/accounts/tokens/"


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/signup/", "/admin/login/"])
def test_one_address_may_not_try_without_end(settings: Settings, path: str) -> None:
    settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, "sign_in": "3/min"}
    attempts = [Client().post(path, {"username": str(n), "password": "x"}) for n in range(4)]
    assert [response.status_code for response in attempts] == [200, 200, 200, 429]
    assert 0 < int(attempts[3]["Retry-After"]) <= 60
    assert Client().get(path).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_parallel_sign_ups_one_gets_the_name() -> None:
    def one(_: int) -> int:
        try:
            return int(sign_up(Client(raise_request_exception=False)).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(one, range(8)))
    assert statuses == [200] * 7 + [302]
    assert User.objects.count() == 1


def test_a_new_account_starts_afresh(todo_user: Mount, ann: User) -> None:
    ann.delete()
    TodoList("todo-user", "ann").add("written by a request that was on its way")
    again = User.objects.create_user("ann")
    _, secret = Token.objects.issue(plugin="todo-user", name="Test", user=again)
    assert todo_user.get("/todos/ann", token=secret).json() == {"todos": []}


@pytest.mark.parametrize("cookie", [r'"\000aaaaaaaaaaaaaaaaaaaa"'])
def test_a_nul_in_a_cookie_or_a_query_is_refused(cookie: str) -> None:
    assert Client().get("/", headers={"cookie": f"sessionid={cookie}"}).status_code == 400
    response = Client().get("/accounts/login/?next=%00", headers={"accept": "text/html"})
    assert response.status_code == 400
    assert "This request cannot be answered" in response.text
    assert "It was logged" not in response.text


def test_who_is_signed_in_already_does_not_sign_up(ann: User) -> None:
    assert sign_up(signed_in(ann))["Location"] == "/accounts/tokens/"
    assert User.objects.count() == 1


def test_nobody_inherits_a_list_with_a_username(
    todo: Mount, todo_user: Mount, ann: User, anns_token: str, bobs_token: str
) -> None:
    todo.post("/todos/ann", {"todo": "written by anybody"})
    todo_user.post("/todos/ann", {"todo": "secret"}, token=anns_token)
    todo_user.post("/todos/bob", {"todo": "mine"}, token=bobs_token)
    ann.delete()
    client = Client()
    sign_up(client, "ann")
    token = make_token(client).context["secret"]
    assert todo_user.get("/todos/ann", token=token).json() == {"todos": []}
    assert todo_user.get("/todos/bob", token=bobs_token).json() == {"todos": ["mine"]}
    assert todo.get("/todos/ann").json() == {"todos": ["written by anybody"]}


def test_the_token_page_takes_a_constant_number_of_queries(
    ann: User, django_assert_num_queries: Any
) -> None:
    client = signed_in(ann)
    for number in range(20):
        Token.objects.issue(plugin="todo-user", name=f"Token {number}", user=ann)
    with django_assert_num_queries(3):  # session, user, tokens
        client.get("/accounts/tokens/")


def test_a_sign_up_sent_twice_signs_in(client: Client) -> None:
    once = mark(client, "/accounts/signup/")
    assert sign_up(Client(), once=once)["Location"] == "/accounts/tokens/"
    assert sign_up(client, once=once)["Location"] == "/accounts/tokens/"
    assert client.get("/accounts/").status_code == 200
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("once", "changes"),
    [
        ("another", {}),
        ("", {}),
        ("mark", {"password": make_password("another-long-word")}),
        ("mark", {"date_joined": "2020-01-01T00:00Z"}),
    ],
)
def test_a_taken_name_signs_nobody_in(client: Client, once: str, changes: dict[str, str]) -> None:
    sign_up(Client(), once="mark")
    User.objects.update(**changes)
    answer = sign_up(client, once=once)
    assert answer.status_code == 200 and "already exists" in answer.text
    assert client.get("/accounts/").status_code == 302
