"""Where passwords are being hashed in all places, a page says so and keeps what was typed."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from api.dear_work import HOLDERS
from tests.busy import all_places_taken

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-enough-word"
HASHERS = ["oauth_demo.hashers.PasswordHasher", "oauth_demo.hashers.ClientSecretHasher"]


@pytest.fixture(autouse=True)
def slow_hashes(settings: Settings) -> None:
    """As on a real site."""
    settings.PASSWORD_HASHERS = HASHERS


@pytest.fixture
def browser() -> Client:
    return Client()


FORMS = {
    "/accounts/login/": {"username": "carol", "password": PASSWORD},
    "/accounts/signup/": {"username": "carol", "password1": PASSWORD, "password2": PASSWORD},
}
OWN_FORMS = {
    "/accounts/email/": {"email": "carol@example.com", "password": PASSWORD},
    "/accounts/delete/": {"password": PASSWORD},
    "/accounts/password/": {
        "old_password": PASSWORD,
        "new_password1": PASSWORD + "2",
        "new_password2": PASSWORD + "2",
    },
}


@pytest.mark.parametrize("path", [*FORMS, *OWN_FORMS])
def test_a_form_that_costs_a_hash_waits_with_what_was_typed(
    browser: Client, ann: User, path: str, settings: Settings
) -> None:
    settings.SENDS_MAIL = True
    if path in OWN_FORMS:
        browser.force_login(ann)
    sent = {**FORMS, **OWN_FORMS}[path]
    with all_places_taken():
        page = browser.post(path, sent)
    text = page.content.decode()
    assert page.status_code == 503
    assert int(page["Retry-After"]) > 0
    assert "The site is busy" in text and "Try again in" in text
    assert PASSWORD not in text
    for name in {"username", "email"} & set(sent):
        assert f'value="{sent[name]}"' in text
    assert User.objects.filter(username="ann").exists()
    assert not User.objects.filter(username="carol").exists()


def test_long_texts_keep_nobody_from_signing_in(browser: Client, settings: Settings) -> None:
    User.objects.create_user("carol", password=PASSWORD)
    with all_places_taken(settings.DEAR_THREADS):
        assert browser.post("/accounts/login/", FORMS["/accounts/login/"]).status_code == 302


def test_the_form_works_when_there_is_a_place_again(browser: Client) -> None:
    with all_places_taken():
        assert browser.post("/accounts/signup/", FORMS["/accounts/signup/"]).status_code == 503
    assert browser.post("/accounts/signup/", FORMS["/accounts/signup/"]).status_code == 302
    assert User.objects.filter(username="carol").exists()
    assert not HOLDERS


def test_a_busy_site_counts_no_failed_sign_in(browser: Client, settings: Settings) -> None:
    settings.AXES_FAILURE_LIMIT = 1
    User.objects.create_user("carol", password=PASSWORD)
    with all_places_taken():
        for _ in range(3):
            assert browser.post("/accounts/login/", FORMS["/accounts/login/"]).status_code == 503
    assert browser.post("/accounts/login/", FORMS["/accounts/login/"]).status_code == 302


def test_a_page_without_words_of_its_own_says_that_the_site_is_busy(browser: Client) -> None:
    with all_places_taken():
        page = browser.post("/admin/login/", {"username": "carol", "password": PASSWORD})
    assert (page.status_code, page.templates[0].name) == (503, "plugins/busy.html")
    assert int(page["Retry-After"]) > 0


def test_passwords_from_before_are_known(browser: Client, settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    person = User.objects.create_user("carol", password=PASSWORD)
    settings.PASSWORD_HASHERS = HASHERS
    assert person.password.startswith("pbkdf2_sha256$")
    assert browser.post("/accounts/login/", FORMS["/accounts/login/"]).status_code == 302


# A client's secret is hashed once, so its exchange of a code never waits.
def test_a_clients_secret_takes_no_place() -> None:
    from django.contrib.auth.hashers import check_password, make_password

    with all_places_taken():
        kept = make_password("secret", hasher="pbkdf2_sha256_once")
        assert check_password("secret", kept, preferred="pbkdf2_sha256_once")
