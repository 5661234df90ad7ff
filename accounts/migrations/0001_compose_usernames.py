"""Usernames in Unicode's Form C, as Django itself writes them: who signs in is looked for so."""

from typing import Any

from django.conf import settings
from django.db import migrations

from api.normalization import report, respelled


def compose(apps: Any, schema_editor: Any) -> None:
    users = apps.get_model(settings.AUTH_USER_MODEL).objects
    for username, composed in respelled(users.values_list("username", flat=True)):
        if users.filter(username=composed).exists():
            report(
                "Two accounts are named “%s”, with letters composed in two ways. One of them (%a) "
                "stays as it is, with all that is its own, and cannot sign in: rename it.",
                composed,
                username,
            )
        else:
            users.filter(username=username).update(username=composed)


class Migration(migrations.Migration):
    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [migrations.RunPython(compose, migrations.RunPython.noop)]
