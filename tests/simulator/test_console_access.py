"""Who may use the console, and whom a click signs in."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from config.demo import PERSON, demo_secret
from simulator.access import AT_ONCE, slot
from simulator.console import attempts
from simulator.console.steps import STEPS
from simulator.models import Attempt

pytestmark = pytest.mark.django_db

PAGES = ["/console/", "/console/try/todo/", "/console/plugins/notes/"]
TUNNEL = [
    {"X-Forwarded-For": "203.0.113.7"},
    {"Host": "abc.tunnel.example"},
    {"Origin": "https://abc.tunnel.example"},
]


@pytest.fixture
def developing(settings: Any) -> None:
    settings.DEBUG, settings.CONSOLE, settings.PUBLIC_URLS = True, True, []
    settings.ALLOWED_HOSTS = ["*"]


@pytest.fixture
def producing(settings: Any) -> None:
    settings.DEBUG, settings.CONSOLE = False, True


def at_localhost(user: User | None = None) -> Client:
    client = Client(headers={"host": "localhost"})
    if user:
        client.force_login(user)
    return client


@pytest.fixture
def admin() -> User:
    return User.objects.create_user("admin", is_staff=True)


@pytest.fixture
def anns_attempt(ann: User) -> Attempt:
    return attempts.begin(ann, "http://notes.example/", own="")


@pytest.mark.parametrize("path", PAGES)
def test_in_production_it_is_off_for_staff_too(settings: Any, admin: User, path: str) -> None:
    settings.DEBUG, settings.CONSOLE = False, False
    assert at_localhost(admin).get(path).status_code == 404


def test_in_production_it_is_for_staff_alone_once_it_is_on(
    producing: None, admin: User, ann: User
) -> None:
    assert at_localhost(admin).get("/console/").status_code == 200
    refused = at_localhost(ann).get("/console/")
    assert refused.status_code == 403 and "so it is for staff" in refused.text


@pytest.mark.parametrize("path", PAGES)
def test_who_is_not_signed_in_is_sent_to_sign_in(developing: None, path: str) -> None:
    answer = at_localhost().get(path)
    assert (answer.status_code, answer.url) == (302, f"/accounts/login/?next={path}")  # type: ignore[attr-defined]


def test_in_development_it_is_for_everybody_at_this_machine(developing: None, ann: User) -> None:
    assert at_localhost(ann).get("/console/").status_code == 200


@pytest.mark.parametrize("headers", TUNNEL)
def test_through_a_tunnel_it_is_for_staff_alone(
    developing: None, ann: User, admin: User, headers: dict[str, str]
) -> None:
    assert at_localhost(ann).get("/console/", headers=headers).status_code == 403
    assert at_localhost(admin).get("/console/", headers=headers).status_code == 200


def test_another_machine_is_not_this_one(developing: None, ann: User) -> None:
    assert at_localhost(ann).get("/console/", REMOTE_ADDR="192.0.2.1").status_code == 403


def test_the_landing_page_offers_to_try_a_plugin_to_those_who_may(
    developing: None, ann: User, settings: Any
) -> None:
    assert "/console/try/todo-oauth/" in at_localhost(ann).get("/").text
    assert "/console/try/todo-oauth/" in at_localhost().get("/").text
    settings.CONSOLE = False
    assert "/console/" not in at_localhost(ann).get("/").text


@pytest.mark.parametrize("path", ["", "callback/?code=a&state=b", "trace.har"])
def test_another_persons_attempt_is_not_there(
    developing: None, anns_attempt: Attempt, bob: User, path: str
) -> None:
    url = f"/console/plugins/{anns_attempt.name}/{path}"
    assert at_localhost(bob).get(url).status_code == 404
    assert at_localhost(anns_attempt.owner).get(url).status_code in (200, 302)


@pytest.mark.parametrize("step", [*STEPS, "reveal"])
def test_nobody_takes_a_step_with_another_persons_attempt(
    developing: None, anns_attempt: Attempt, bob: User, step: str
) -> None:
    before = Attempt.objects.values_list().get()
    url = f"/console/plugins/{anns_attempt.name}/{step}/"
    assert at_localhost(bob).post(url, {"number": "1"}).status_code == 404
    assert Attempt.objects.values_list().get() == before


@pytest.mark.parametrize("path", ["find/", "nothing/"])
def test_a_step_is_no_address_to_visit(developing: None, anns_attempt: Attempt, path: str) -> None:
    url = f"/console/plugins/{anns_attempt.name}/{path}"
    assert at_localhost(anns_attempt.owner).get(url).status_code == 405


def test_a_step_that_there_is_not_is_not_found(developing: None, anns_attempt: Attempt) -> None:
    url = f"/console/plugins/{anns_attempt.name}/nothing/"
    assert at_localhost(anns_attempt.owner).post(url).status_code == 404


def test_steps_want_a_form_of_this_site(developing: None, ann: User) -> None:
    client = Client(enforce_csrf_checks=True, headers={"host": "localhost"})
    client.force_login(ann)
    assert client.post("/console/", {"address": "notes.example"}).status_code == 403


def test_no_more_steps_run_at_once_than_the_site_has_threads_for(
    developing: None, anns_attempt: Attempt
) -> None:
    client = at_localhost(anns_attempt.owner)
    url = f"/console/plugins/{anns_attempt.name}/forget/"
    with slot(-1), slot(-2):
        assert AT_ONCE == 2
        busy = client.post(url)
        assert (busy.status_code, busy["Retry-After"]) == (503, "5")
    assert client.post(url).status_code == 302


def test_in_production_nobody_takes_all_places(
    producing: None, admin: User, anns_attempt: Attempt
) -> None:
    client = at_localhost(admin)
    attempts.begin(admin, "http://notes.example/", own="")
    url = "/console/plugins/notes-example/forget/"
    with slot(admin.pk):
        assert client.post(url).status_code == 503
        with slot(anns_attempt.owner.pk):
            pass
    assert client.post(url).status_code == 302


def test_a_page_is_kept_by_no_cache(developing: None, ann: User) -> None:
    assert "no-store" in at_localhost(ann).get("/console/")["Cache-Control"]


# --- The demo's person ---------------------------------------------------------------------


@pytest.fixture
def demo(db: None) -> User:
    return User.objects.create_user(PERSON, password=demo_secret(f"password of {PERSON}"))


def sign_in(**headers: str) -> Any:
    client = at_localhost()
    answer = client.post("/demo/sign-in/", {"next": "/console/try/todo/"}, headers=headers)
    return answer.status_code, answer.headers.get("Location"), "_auth_user_id" in client.session


def test_a_click_signs_in_the_demos_person(developing: None, demo: User) -> None:
    assert "Sign in as ann (demo)" in at_localhost().get("/accounts/login/").text
    assert sign_in() == (302, "/console/try/todo/", True)


def test_a_click_leads_to_no_other_site(developing: None, demo: User) -> None:
    answer = at_localhost().post("/demo/sign-in/", {"next": "https://evil.example/"})
    assert answer["Location"] == "/console/"


@pytest.mark.parametrize("headers", TUNNEL)
def test_nobody_is_signed_in_through_a_tunnel(
    developing: None, demo: User, headers: dict[str, str]
) -> None:
    status, _, signed_in = sign_in(**headers)
    assert status in (403, 404) and not signed_in
    page = at_localhost().get("/accounts/login/", headers=headers)
    assert "(demo)" not in page.text


def test_nobody_is_signed_in_in_production(producing: None, demo: User) -> None:
    assert sign_in() == (404, None, False)
    assert "(demo)" not in at_localhost().get("/accounts/login/").text


def test_nobody_is_signed_in_where_there_is_no_demo(developing: None) -> None:
    assert sign_in() == (404, None, False)


def test_an_ann_with_a_password_of_her_own_is_not_the_demos(developing: None, ann: User) -> None:
    assert sign_in() == (302, "/accounts/login/?next=/console/try/todo/", False)
    answer = at_localhost().post("/demo/sign-in/", follow=True)
    assert "ann has another password than the demo’s by now." in answer.text


def test_a_visit_signs_nobody_in(developing: None, demo: User) -> None:
    assert at_localhost().get("/demo/sign-in/").status_code == 405
