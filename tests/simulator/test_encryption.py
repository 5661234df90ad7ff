"""What others trusted the site with is of no use to who has the database alone."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from simulator.console.attempts import begin
from simulator.encryption import UndecryptableError
from simulator.models import Attempt, InstalledPlugin

pytestmark = pytest.mark.django_db

OLD, NEW = "old" * 20, "new" * 20
SECRET = "a-token-of-ann"


def install(name: str = "notes", owner: User | None = None) -> InstalledPlugin:
    installed = InstalledPlugin(
        owner=owner, name=name, address="https://notes.example", kind="plugin", scheme="user_http"
    )
    installed.manifest = installed.document = {}
    installed.secrets = {"token": SECRET}
    installed.save()
    return installed


def kept() -> InstalledPlugin:
    return InstalledPlugin.objects.get()


def test_the_database_holds_no_secret() -> None:
    install()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM simulator_installedplugin")
        assert SECRET not in str(cursor.fetchall())
    assert kept().secrets == {"token": SECRET}


def test_a_secret_key_that_became_a_fallback_still_decrypts(settings: Any) -> None:
    settings.SECRET_KEY = OLD
    install()
    settings.SECRET_KEY = NEW
    with pytest.raises(UndecryptableError, match="SECRET_KEY_FALLBACKS"):
        _ = kept().secrets
    settings.SECRET_KEY_FALLBACKS = [OLD]
    assert kept().secrets == {"token": SECRET}


def test_encrypted_again_it_needs_the_fallback_no_more(settings: Any, ann: User) -> None:
    settings.SECRET_KEY = OLD
    install(owner=ann)
    settings.SECRET_KEY = NEW
    with pytest.raises(CommandError, match="The key of notes is gone"):
        call_command("installed_plugins", "--encrypt-again", stdout=StringIO())
    settings.SECRET_KEY_FALLBACKS = [OLD]
    call_command("installed_plugins", "--encrypt-again", stdout=StringIO())
    settings.SECRET_KEY_FALLBACKS = []
    assert kept().secrets == {"token": SECRET}


def test_a_name_is_one_owners_alone(ann: User, bob: User) -> None:
    for owner in (ann, bob, None):
        install(owner=owner)
        with pytest.raises(IntegrityError), transaction.atomic():
            install(owner=owner)


def test_what_somebody_installed_goes_with_their_account(ann: User) -> None:
    install(owner=ann)
    ann.delete()
    assert not InstalledPlugin.objects.exists()


def test_the_admin_lists_what_is_installed_and_shows_no_secret(admin_client: Client) -> None:
    installed = install()
    for page in ("", f"{installed.pk}/change/"):
        response = admin_client.get(f"/admin/simulator/installedplugin/{page}")
        text = response.content.decode()
        assert response.status_code == 200 and "https://notes.example" in text
        assert SECRET not in text and installed.encrypted_secrets not in text
    assert admin_client.get("/admin/simulator/installedplugin/add/").status_code == 403


@pytest.mark.parametrize("at_once", [False, True])
def test_the_admin_says_that_deleting_revokes_nothing(admin_client: Client, at_once: bool) -> None:
    pk, listed = install().pk, "/admin/simulator/installedplugin/"
    address = listed if at_once else f"{listed}{pk}/delete/"
    form = {"action": "delete_selected", "_selected_action": pk, "post": "yes"}
    page = admin_client.post(address, form if at_once else {"post": "yes"}, follow=True)
    assert "Nothing was revoked: tokens of what was deleted here" in page.content.decode()
    assert not InstalledPlugin.objects.exists()


def test_attempts_move_to_a_new_key_too(settings: Any, ann: User) -> None:
    settings.SECRET_KEY = OLD
    begin(ann, "https://notes.example")
    settings.SECRET_KEY = NEW
    with pytest.raises(CommandError, match="The key of notes-example is gone"):
        call_command("installed_plugins", "--encrypt-again", stdout=StringIO())
    settings.SECRET_KEY_FALLBACKS = [OLD]
    call_command("installed_plugins", "--encrypt-again", stdout=StringIO())
    settings.SECRET_KEY_FALLBACKS = []
    assert Attempt.objects.get().trace == []


def test_an_attempt_that_led_to_nothing_goes_in_time(ann: User) -> None:
    begin(ann, "https://old.example")
    Attempt.objects.update(touched_at=timezone.now() - timedelta(days=31))
    begin(ann, "https://new.example")
    assert [each.name for each in Attempt.objects.all()] == ["new-example"]
