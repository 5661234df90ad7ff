"""Clients that made themselves known and are not used: they end, and no more than so many stay."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils import timezone
from oauth2_provider.models import AccessToken, Application, RefreshToken
from pytest_django import Settings

from oauth_demo.models import Consent
from oauth_demo.unused_clients import end_clients, make_room, unused_clients
from oauth_demo.validator import Validator
from tests.conftest import Mount
from tests.oauth.conftest import (
    Browser,
    OAuthClient,
    connect,
    described,
    pkce,
    redeem,
    register,
    register_itself,
    registered,
    registration,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]

ON = registration(on=True)
BACK = "https://client.example/callback"


def age(*, days: float = 31, **which: object) -> None:
    Application.objects.filter(**which).update(updated=timezone.now() - timedelta(days=days))


def agree(mount: Mount, user: User, client: OAuthClient) -> None:
    verifier, challenge = pkce()
    code = Browser(mount, user).agree(client, **challenge)
    assert redeem(mount, client, code, code_verifier=verifier).status_code == 200


def names() -> set[str]:
    return set(Application.objects.values_list("name", flat=True))


@pytest.fixture
def newcomers(todo_oauth: Mount, ann: User) -> None:
    """One of each kind: registered, described, made by hand, and one that Ann is connected with."""
    with ON:
        registered(BACK, client_name="registered")
        document = described("https://client.example/1.json", BACK, client_name="described")
        Browser(todo_oauth, ann).open(document, **pkce()[1])
        agree(todo_oauth, ann, registered(BACK, client_name="connected"))
    register("by hand", BACK)
    assert names() == {"registered", "described", "connected", "by hand"}


@ON
def test_a_registration_ends_those_that_nobody_used_for_a_month(newcomers: None) -> None:
    age()
    registered(BACK, client_name="new")
    assert names() == {"connected", "by hand", "new"}


@ON
def test_a_new_document_does_so_too(newcomers: None, todo_oauth: Mount, ann: User) -> None:
    age()
    document = described("https://client.example/2.json", BACK, client_name="new")
    Browser(todo_oauth, ann).open(document, **pkce()[1])
    assert names() == {"connected", "by hand", "new"}


def test_the_command_ends_them_all(newcomers: None) -> None:
    age()
    output = StringIO()
    call_command("clearclients", stdout=output)
    assert names() == {"connected", "by hand"}
    assert "2 unused clients" in output.getvalue()


def test_within_the_month_they_stay(newcomers: None) -> None:
    age(days=29)
    call_command("clearclients", stdout=StringIO())
    assert len(names()) == 4


def test_the_month_is_a_setting(newcomers: None, settings: Settings) -> None:
    settings.OAUTH_UNUSED_CLIENT_DAYS = 7
    age(days=8)
    call_command("clearclients", stdout=StringIO())
    assert names() == {"connected", "by hand"}


def test_a_person_who_disconnects_can_connect_again_for_a_month(newcomers: None) -> None:
    age()
    Consent.objects.get().end()
    call_command("clearclients", stdout=StringIO())
    assert "connected" in names()
    RefreshToken.objects.update(revoked=timezone.now() - timedelta(days=31))
    call_command("clearclients", stdout=StringIO())
    assert names() == {"by hand"}


def test_cleartokens_takes_no_connected_client(newcomers: None) -> None:
    age()
    AccessToken.objects.filter(user__isnull=False).update(
        expires=timezone.now() - timedelta(days=99)
    )
    call_command("cleartokens")
    call_command("clearclients", stdout=StringIO())
    assert "connected" in names()


@ON
def test_beyond_so_many_the_oldest_end(newcomers: None, settings: Settings) -> None:
    settings.OAUTH_UNUSED_CLIENTS = 2
    age(days=2, name="registered")
    age(days=1, name="described")
    registered(BACK, client_name="new")
    assert names() == {"described", "connected", "by hand", "new"}


@ON
def test_newcomers_are_not_pushed_out_within_the_hour(newcomers: None, settings: Settings) -> None:
    settings.OAUTH_UNUSED_CLIENTS = 2
    refused = register_itself({"redirect_uris": [BACK]})
    assert (refused.status_code, refused.json()["error"]) == (503, "temporarily_unavailable")
    assert refused["Retry-After"] == "3600"
    assert len(names()) == 4


@ON
def test_a_document_finds_no_room_either(
    newcomers: None, settings: Settings, todo_oauth: Mount, ann: User
) -> None:
    settings.OAUTH_UNUSED_CLIENTS = 2
    page = Browser(todo_oauth, ann).open(described("https://client.example/2.json", BACK))
    assert page.status_code == 503
    assert "Too many new clients" in page.text


def test_who_agrees_meanwhile_keeps_it(newcomers: None, ann: User) -> None:
    """What is to end was chosen before; it is looked at once more."""
    chosen = unused_clients()
    for application in Application.objects.filter(name="registered"):
        Consent.objects.create(user=ann, application=application, plugin="todo-oauth")
    assert end_clients(chosen, 100) == 1
    assert names() == {"registered", "connected", "by hand"}


@ON
@pytest.mark.django_db(transaction=True)
def test_who_agrees_to_a_client_that_ends_meanwhile_is_told_so(
    todo_oauth: Mount, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def save_and_end(self: Validator, client_id: str, *args: Any, **kwargs: Any) -> None:
        save(self, client_id, *args, **kwargs)
        Application.objects.filter(client_id=client_id).delete()

    save = Validator.save_authorization_code
    monkeypatch.setattr(Validator, "save_authorization_code", save_and_end)
    browser = Browser(todo_oauth, ann)
    answer = browser.answer(browser.open(registered(BACK), **pkce()[1]))
    assert answer.status_code == 400
    assert "This link does not work" in answer.text


def test_making_room_is_bounded_work(settings: Settings) -> None:
    rows = [
        Application(name=str(number), registration_source="dcr", client_id=str(number))
        for number in range(250)
    ]
    Application.objects.bulk_create(rows)
    age()
    assert make_room()
    assert Application.objects.count() == 150
    age(days=2)
    settings.OAUTH_UNUSED_CLIENTS = 10
    assert not make_room()  # a hundred at a time
    assert Application.objects.count() == 50
    assert make_room()
    assert Application.objects.count() == 9


def test_a_hand_made_client_is_used_all_the_same(todo_oauth: Mount, ann: User) -> None:
    client = register("by hand", BACK)
    age()
    call_command("clearclients", stdout=StringIO())
    assert connect(todo_oauth, ann, client)
