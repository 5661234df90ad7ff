"""People look after their own account: export, e-mail address, password, deletion."""

import json
import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from pytest_django import Settings

from accounts.mail import SENDER
from oauth_demo.models import Token
from simulator.models import Conversation
from tests.accounts.test_accounts import PASSWORD, signed_in
from tests.conftest import Mount, mount_of
from tests.oauth.conftest import connect, register
from todos.models import TodoList

pytestmark = pytest.mark.django_db
ANNS = "anns-password"
OWN_PAGES = ["", "export/", "delete/", "email/", "email/abc/"]


@pytest.fixture(autouse=True)
def sends_mail(settings: Settings) -> None:
    settings.SENDS_MAIL = True


def letters() -> list[Any]:
    """Return what was mailed, once all of it is."""
    SENDER.submit(lambda: None).result()
    return list(mail.outbox)


def link(letter: Any) -> str:
    found = re.search(r"http://testserver(/\S+)", str(letter.body))
    assert found
    return found[1]


def with_address(user: User, email: str = "ann@a.example") -> User:
    user.email = email
    user.save()
    return user


# --- The account's page and the export ---------------------------------------------------


@pytest.mark.parametrize("path", OWN_PAGES)
def test_the_pages_of_an_account_are_its_persons(path: str) -> None:
    path = f"/accounts/{path}"
    assert Client().get(path)["Location"] == f"/accounts/login/?next={path}"


def test_an_export_has_all_that_is_kept_and_no_secret(ann: User, anns_token: str) -> None:
    with_address(ann)
    access = connect(mount_of("todo-oauth"), ann, register("ChatGPT", "https://a.example/"))
    TodoList("todo-oauth", "ann").add("Buy “milk”")
    TodoList("todo-user", "bob").add("not hers")
    Conversation.objects.create(owner=ann).say("user", "Hello")
    response = signed_in(ann).get("/accounts/export/")
    assert "attachment" in response["Content-Disposition"]
    text = response.getvalue().decode()
    kept = json.loads(text)
    assert kept["account"][0]["email"] == "ann@a.example"
    assert kept["tokens"][0]["name"] == "Laptop"
    assert kept["connected_apps"][0]["client"] == "ChatGPT"
    assert kept["todo-oauth_todos"][0]["text"] == "Buy “milk”"
    assert kept["conversations"][0]["messages"][0]["text"] == "Hello"
    token = Token.objects.get()
    secrets = (access["access_token"], access["refresh_token"], anns_token)
    hidden = (*secrets, token.digest, ann.password, "not hers")
    assert not [secret for secret in hidden if secret in text]


def test_the_page_says_what_is_kept(ann: User, anns_token: str) -> None:
    TodoList("todo-user", "ann").add("Buy milk")
    page = signed_in(ann).get("/accounts/").text
    assert "1 personal token" in page and "1 todo in TODO List (personal)" in page


# --- Deletion ----------------------------------------------------------------------------


def test_a_person_deletes_their_account(todo_user: Mount, ann: User, anns_token: str) -> None:
    TodoList("todo-user", "ann").add("Buy milk")
    client = signed_in(ann)
    assert "1 todo in TODO List (personal)" in client.get("/accounts/delete/").text
    response = client.post("/accounts/delete/", {"password": ANNS}, follow=True)
    assert "Your account was deleted" in response.text
    assert not User.objects.exists()
    assert todo_user.get("/todos/ann", token=anns_token).status_code == 401
    assert TodoList("todo-user", "ann").texts() == []
    assert client.get("/accounts/").status_code == 302


@pytest.mark.parametrize("path", ["delete", "email"])
def test_nothing_happens_without_the_password(ann: User, path: str) -> None:
    data = {"password": "wrong", "email": "eve@e.example"}
    page = signed_in(ann).post(f"/accounts/{path}/", data)
    assert page.context["form"].errors["password"] == ["This is not your password."]
    assert User.objects.get().email == "" and letters() == []


def test_a_password_is_not_guessed_there_without_end(settings: Settings, ann: User) -> None:
    settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, "sign_in": "2/min"}
    client = signed_in(ann)
    tries = [client.post("/accounts/delete/", {"password": "wrong"}) for _ in range(3)]
    assert [response.status_code for response in tries] == [200, 200, 429]


def test_the_only_administrator_stays() -> None:
    admin = User.objects.create_superuser("admin", password=ANNS)
    page = signed_in(admin).post("/accounts/delete/", {"password": ANNS})
    assert "the only administrator" in page.text
    User.objects.create_superuser("another")
    assert signed_in(admin).post("/accounts/delete/", {"password": ANNS}).status_code == 302
    assert User.objects.get().username == "another"


# --- The e-mail address ------------------------------------------------------------------


def ask_for(client: Client, email: str) -> Any:
    return client.post("/accounts/email/", {"email": email, "password": ANNS}, follow=True)


def test_an_address_is_kept_once_its_person_opened_the_link(ann: User) -> None:
    client = signed_in(ann)
    assert "A link was sent to ann@a.example" in ask_for(client, "ann@a.example").text
    [letter] = letters()
    assert letter.to == ["ann@a.example"]
    assert User.objects.get().email == ""
    assert "ann@a.example" in client.get(link(letter)).text
    assert User.objects.get().email == ""  # a scanner of mail opens links, too
    client.post(link(letter))
    assert User.objects.get().email == "ann@a.example"
    assert client.post(link(letter)).status_code == 400  # it works once


def test_the_link_is_for_who_asked(ann: User, bob: User) -> None:
    ask_for(signed_in(ann), "ann@a.example")
    response = signed_in(bob).post(link(letters()[0]))
    assert response.status_code == 400 and "does not work" in response.text
    assert set(User.objects.values_list("email", flat=True)) == {""}


@pytest.mark.parametrize("signed", ["abc", "a:b:c", "%00"])
def test_a_link_that_was_made_up_does_nothing(ann: User, signed: str) -> None:
    assert signed_in(ann).post(f"/accounts/email/{signed}/").status_code == 400


def test_the_old_address_is_told(ann: User) -> None:
    client = signed_in(with_address(ann, "old@a.example"))
    ask_for(client, "new@a.example")
    client.post(link(letters()[0]))
    assert [letter.to for letter in letters()] == [["new@a.example"], ["old@a.example"]]
    assert "new@a.example" in letters()[1].body


def test_an_address_can_be_taken_away(ann: User) -> None:
    ask_for(signed_in(with_address(ann)), "")
    assert User.objects.get().email == ""


def test_without_mail_no_address_is_taken_and_the_page_says_why(
    settings: Settings, ann: User
) -> None:
    settings.SENDS_MAIL = False
    client = signed_in(with_address(ann))
    assert "This site sends no mail" in client.get("/accounts/email/").text
    assert "no address can be checked" in ask_for(client, "new@a.example").text
    assert User.objects.get().email == "ann@a.example" and letters() == []
    ask_for(client, "")
    assert User.objects.get().email == ""


# --- The password ------------------------------------------------------------------------


def forget(email: str) -> Any:
    return Client().post("/accounts/forgotten/", {"email": email})


def reset(letter: Any, **more: str) -> Any:
    client = Client()
    form = client.get(link(letter))
    data = {"new_password1": PASSWORD, "new_password2": PASSWORD, **more}
    return client.post(form["Location"], data, follow=True)


def test_a_forgotten_password_is_reset_by_mail(ann: User) -> None:
    with_address(ann)
    forget("Ann@A.example")
    [letter] = letters()
    assert "ann" in letter.body
    assert "ann has a new password" in reset(letter).text
    ann.refresh_from_db()
    assert ann.check_password(PASSWORD)
    assert "does not work any more" in Client().get(link(letter), follow=True).text


def test_nobody_learns_whether_an_address_has_an_account(ann: User) -> None:
    with_address(ann)
    known, unknown = forget("ann@a.example"), forget("eve@e.example")
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert len(letters()) == 1


def test_both_take_the_same_queries(ann: User, django_assert_num_queries: Any) -> None:
    with_address(ann)
    for email in ("ann@a.example", "eve@e.example"):
        with django_assert_num_queries(1):
            forget(email)


@pytest.mark.parametrize("change", [{"is_active": False}, {"email": ""}])
def test_who_cannot_sign_in_or_has_no_address_gets_no_link(ann: User, change: Any) -> None:
    with_address(ann)
    User.objects.update(**change)
    forget("ann@a.example")
    assert letters() == []


def test_nobodys_mailbox_is_filled(settings: Settings, ann: User) -> None:
    settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, "sign_in": "100/min", "reset": "2/hour"}
    with_address(ann)
    answers = [forget("ann@a.example").status_code for _ in range(4)]
    assert answers == [302] * 4  # or it would tell that there is such an account
    assert len(letters()) == 2


def test_one_address_may_not_ask_without_end(settings: Settings) -> None:
    settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, "sign_in": "2/min", "reset": "2/hour"}
    assert [forget("eve@e.example").status_code for _ in range(3)] == [302, 302, 429]


def test_without_mail_the_page_says_who_can_help(settings: Settings, ann: User) -> None:
    settings.SENDS_MAIL = False
    settings.CONTACT_EMAIL = "operator@a.example"
    with_address(ann)
    for page in (Client().get("/accounts/forgotten/"), forget("ann@a.example")):
        assert "This site sends no mail" in page.text and "operator@a.example" in page.text
        assert "<button>Send" not in page.text
    assert letters() == []


def test_who_was_locked_out_is_let_in_after_a_reset(settings: Settings, ann: User) -> None:
    settings.AXES_ENABLED, settings.AXES_FAILURE_LIMIT = True, 2
    with_address(ann)
    for _ in range(2):
        Client().post("/accounts/login/", {"username": "ann", "password": "wrong"})
    right = {"username": "ann", "password": PASSWORD}
    forget("ann@a.example")
    reset(letters()[0])
    assert Client().post("/accounts/login/", right).status_code == 302


@pytest.mark.parametrize("way", ["change", "reset", "admin"])
@pytest.mark.parametrize("revoke", [True, False])
def test_a_new_password_asks_whether_tokens_go(
    todo_user: Mount, ann: User, anns_token: str, way: str, revoke: bool
) -> None:
    with_address(ann)
    more = {"revoke_tokens": "on"} if revoke else {}
    data = {"new_password1": PASSWORD, "new_password2": PASSWORD, "old_password": ANNS, **more}
    if way == "change":
        assert "Revoke the token made by hand" in signed_in(ann).get("/accounts/password/").text
        signed_in(ann).post("/accounts/password/", data)
    elif way == "reset":
        forget("ann@a.example")
        reset(letters()[0], **more)
    else:
        operator = signed_in(User.objects.create_superuser("operator"))
        path = f"/admin/auth/user/{ann.pk}/password/"
        assert "Revoke the token made by hand" in operator.get(path).text
        passwords = {"password1": PASSWORD, "password2": PASSWORD}
        operator.post(path, passwords | {"usable_password": "true"} | more)
    ann.refresh_from_db()
    assert ann.check_password(PASSWORD)
    assert todo_user.get("/todos/ann", token=anns_token).status_code == (401 if revoke else 200)


def test_who_has_no_token_is_not_asked(ann: User) -> None:
    assert "revoke_tokens" not in signed_in(ann).get("/accounts/password/").text


def test_both_ways_to_sign_in_lead_to_it() -> None:
    assert "/accounts/forgotten/" in Client().get("/accounts/login/").text
    assert "/admin/forgotten/" in Client().get("/admin/login/").text
    assert Client().get("/admin/forgotten/")["Location"] == "/accounts/forgotten/"


# --- An address at sign-up ---------------------------------------------------------------

JOINING = {"username": "carol", "password1": PASSWORD, "password2": PASSWORD}


def test_an_address_named_at_sign_up_is_kept_once_it_is_confirmed(client: Client) -> None:
    page = client.get("/accounts/signup/").text
    assert "Without one, a forgotten password cannot be reset." in page
    client.post("/accounts/signup/", {**JOINING, "email": "carol@a.example"})
    carol = User.objects.get()
    [letter] = letters()
    assert (carol.email, letter.to) == ("", ["carol@a.example"])
    Client().post("/accounts/forgotten/", {"email": "carol@a.example"})
    assert letters() == [letter]  # it is nobody's yet
    client.post(link(letter))
    carol.refresh_from_db()
    assert carol.email == "carol@a.example"


def test_a_sign_up_without_an_address_sends_nothing(client: Client) -> None:
    assert client.post("/accounts/signup/", JOINING).status_code == 302
    assert letters() == []


def test_a_sign_up_does_not_tell_whether_an_address_is_known(ann: User) -> None:
    with_address(ann)
    said = []
    for name, email in (("carol", "ann@a.example"), ("daisy", "nobody@a.example")):
        form = {**JOINING, "username": name, "email": email}
        answer = Client().post("/accounts/signup/", form, follow=True)
        said.append(answer.text.replace(name, "").replace(email, "").partition("<main")[2][:500])
    assert said[0] == said[1] and "A link was sent to" in said[0]


def test_a_wrong_address_makes_no_account(client: Client) -> None:
    answer = client.post("/accounts/signup/", {**JOINING, "email": "carol"})
    assert answer.status_code == 200 and [*answer.context["form"].errors] == ["email"]
    assert not User.objects.exists()


def test_where_no_mail_is_sent_no_address_is_asked_for(client: Client, settings: Settings) -> None:
    settings.SENDS_MAIL = False
    assert 'name="email"' not in client.get("/accounts/signup/").text
    client.post("/accounts/signup/", {**JOINING, "email": "carol@a.example"})
    assert User.objects.get().email == "" and letters() == []


def test_no_mailbox_is_filled_by_signing_up(settings: Settings) -> None:
    settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, "reset": "2/hour"}
    for name in ("carol", "daisy", "erin"):
        Client().post("/accounts/signup/", {**JOINING, "username": name, "email": "x@a.example"})
    assert User.objects.count() == 3 and len(letters()) == 2
