"""`tidy` removes what expired, says how many of each kind, and nothing else goes."""

import re
import shlex
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command, get_commands, load_command_class
from django.db import OperationalError
from django.utils import timezone
from oauth2_provider.models import AccessToken, Application, Grant, RefreshToken

from api import expiry
from plugins.models import Usage
from simulator.models import Attempt, InstalledPlugin

pytestmark = pytest.mark.django_db
NOW, DAY = timezone.now(), timedelta(days=1)
OPERATORS = (Path(settings.BASE_DIR) / "docs" / "operators.md").read_text()

EXPIRED = """\
{0} 1 sessions.
{0} 1 failed sign-ins.
{0} 3 OAuth codes and tokens.
{0} 1 unused clients.
{0} 1 counts of calls.
{0} 1 abandoned attempts in the console.
"""
NOTHING = re.sub(r"\d", "0", EXPIRED)


def tidy(*args: str) -> str:
    output = StringIO()
    call_command("tidy", *args, stdout=output)
    return output.getvalue()


def kept() -> dict[str, list[Any]]:
    models: Any = (Session, AccessAttempt, AccessToken, RefreshToken, Grant, Application, Usage)
    models += (Attempt, InstalledPlugin)
    return {each.__name__: sorted(each.objects.values_list("pk", flat=True)) for each in models}


def live(user: User) -> None:
    """Make one of each kind that has not expired."""
    Session.objects.create(session_key="live", session_data="", expire_date=NOW + DAY)
    AccessAttempt.objects.create(username="live", failures_since_start=1)
    client = Application.objects.create(
        name="connected", registration_source="dcr", client_type="public", user=None
    )
    tokens(client, user, "live", NOW + DAY)
    # By whose coming back a theft is seen, so it is kept for as long as it could have been used.
    RefreshToken.objects.create(application=client, user=user, token="spent", revoked=NOW)
    Usage.objects.create(
        day=NOW.date(), plugin="todo", operation="GET todos", outcome="done", number=1, last_at=NOW
    )
    installed = InstalledPlugin.objects.create(owner=user, name="a", manifest={}, document={})
    for name, plugin in (("installed", installed), ("live", None)):
        Attempt.objects.create(owner=user, name=name, installed=plugin)
    Attempt.objects.filter(name="installed").update(touched_at=NOW - 99 * DAY)


def tokens(client: Application, user: User, name: str, expires: Any) -> None:
    access = AccessToken.objects.create(application=client, user=user, token=name, expires=expires)
    RefreshToken.objects.create(application=client, user=user, token=name, access_token=access)
    Grant.objects.create(application=client, user=user, code=name, expires=expires)


def expired(user: User) -> None:
    """Make one of each kind that has."""
    Session.objects.create(session_key="old", session_data="", expire_date=NOW - DAY)
    AccessAttempt.objects.create(username="old", failures_since_start=1)
    AccessAttempt.objects.filter(username="old").update(attempt_time=NOW - DAY)
    client = Application.objects.get(name="connected")
    tokens(client, user, "old", NOW - 99 * DAY)
    unused = Application.objects.create(name="unused", registration_source="dcr")
    Application.objects.filter(pk=unused.pk).update(updated=NOW - 99 * DAY)
    Usage.objects.create(
        day=NOW.date() - 500 * DAY,
        plugin="todo",
        operation="GET todos",
        outcome="done",
        number=1,
        last_at=NOW,
    )
    Attempt.objects.create(owner=user, name="old")
    Attempt.objects.filter(name="old").update(touched_at=NOW - 99 * DAY)


def test_what_expired_goes_and_all_else_stays(ann: User) -> None:
    live(ann)
    stays = kept()
    expired(ann)
    everything = kept()
    assert tidy("--dry-run") == EXPIRED.format("Would remove")
    assert kept() == everything
    assert tidy() == EXPIRED.format("Removed")
    assert kept() == stays
    assert tidy() == NOTHING.format("Removed")


def test_many_go_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expiry, "BATCH", 10)
    for number in range(25):
        Session.objects.create(session_key=f"s{number}", session_data="", expire_date=NOW - DAY)
    assert "Removed 25 sessions." in tidy()
    assert not Session.objects.exists()


def test_a_kind_that_cannot_be_removed_is_named_and_the_others_go(
    ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    live(ann)
    expired(ann)

    def locked() -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr("oauth_demo.expiry.clear_expired", locked)
    with pytest.raises(CommandError, match=r"OAuth codes and tokens: database is locked"):
        tidy()
    assert not Usage.objects.filter(day__lt=NOW.date()).exists()


def test_the_line_for_cron_names_a_real_command() -> None:
    [line] = re.findall(r"```crontab\n.*manage\.py (.*)\n```", OPERATORS)
    name, *args = shlex.split(line)
    command = load_command_class(get_commands()[name], name)
    command.create_parser("manage.py", name).parse_args(args)
