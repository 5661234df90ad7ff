"""What is kept of a person, and what goes with an account that is deleted."""

from collections.abc import Iterator
from typing import Any

import orjson
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.module_loading import import_string

from api.personal_data import Kept, kept_rows
from plugins.registry import declared_plugins


def kept_of(person: Any) -> list[Kept]:
    """Return all that is kept of a person: what PERSONAL_DATA says, of which there is any.

    All of it goes with the account.
    """
    found = (kept for name in settings.PERSONAL_DATA for kept in import_string(name)(person))
    return [kept for kept in found if kept.count]


def personal_data(person: Any) -> Iterator[Kept]:
    """Say what is kept of the account itself."""
    yield kept_rows(
        get_user_model().objects.filter(pk=person.pk),
        *("username", "email", "first_name", "last_name", "date_joined", "last_login"),
        *("is_staff", "is_superuser"),
        name="account",
        one="account",
        many="accounts",
        note=person.get_username(),
        query={"id__exact": person.pk},
    )
    yield kept_rows(
        AccessAttempt.objects.filter(username=person.get_username()),
        *("attempt_time", "ip_address", "user_agent", "failures_since_start"),
        name="failed_sign_ins",
        one="record of failed sign-ins",
        many="records of failed sign-ins",
        query={"username": person.get_username()},
    )
    yield kept_rows(
        LogEntry.objects.filter(user=person),
        *("action_time", "object_repr", "change_message"),
        name="changes_in_the_admin",
        one="change in the admin",
        many="changes in the admin",
        admin="",
    )


def export(person: Any) -> Iterator[bytes]:
    """Yield all that is kept of a person, as one JSON object: a list for each kind of thing."""
    before = b"{"
    for kept in kept_of(person):
        yield before + orjson.dumps(kept.name) + b": ["
        for number, row in enumerate(kept.rows()):
            yield (b",\n" if number else b"\n") + orjson.dumps(row, default=str)
        yield b"]"
        before = b",\n"
    yield b"}\n" if before != b"{" else b"{}\n"


def erase(sender: Any, instance: AbstractBaseUser, **kwargs: Any) -> None:
    """Delete what a person kept where only they could reach it (receives `post_delete`).

    Otherwise the next to take the username would find it. What lies under the name in a store
    that others write to is not theirs, and stays.
    """
    for plugin in declared_plugins():
        if plugin.auth.callers == "people":
            plugin.api.erase(plugin, instance.get_username())
    AccessAttempt.objects.filter(username=instance.get_username()).delete()


def start_afresh(sender: Any, instance: AbstractBaseUser, created: bool, **kwargs: Any) -> None:
    """Give a new account nothing that a name's last owner left behind (receives `post_save`).

    A request that was let in before an account was deleted may write after it.
    """
    if created:
        erase(sender, instance)
