"""Usernames in Unicode's Form C, in which lists are looked for."""

from typing import Any

from django.conf import settings
from django.db import migrations

from api.normalization import nfc, report


def compose(apps: Any, schema_editor: Any) -> None:
    todos = apps.get_model("todos", "Todo").objects
    users = apps.get_model(settings.AUTH_USER_MODEL).objects
    for store, username in todos.order_by().values_list("store", "username").distinct():
        composed = nfc(username)
        if composed == username:
            continue
        if users.filter(username__in=[username, composed]).count() > 1:
            report(
                "%s: the list of %a stays as it is: an account of that name, composed in another "
                "way, has one of its own.",
                store,
                username,
            )
            continue
        before = todos.filter(store=store, username=composed).count()
        moved = todos.filter(store=store, username=username).update(username=composed)
        if before:
            report(
                "%s: “%s” had two lists, its letters composed in two ways. They are one now, in "
                "the order in which todos were added: %d and %d.",
                *(store, composed, before, moved),
            )


class Migration(migrations.Migration):
    dependencies = [
        ("todos", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [migrations.RunPython(compose, migrations.RunPython.noop)]
