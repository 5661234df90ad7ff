"""Names and ids in Unicode's Form C, in which documents are looked for."""

from typing import Any

from django.conf import settings
from django.db import migrations

from api.normalization import free_name, nfc, report

COMPARED = ("key", "source_id", "author")


def compose(apps: Any, schema_editor: Any) -> None:
    compose_collections(apps)
    compose_documents(apps.get_model("retrieval", "Document"))


def compose_collections(apps: Any) -> None:
    collections = apps.get_model("retrieval", "Collection").objects
    users = apps.get_model(settings.AUTH_USER_MODEL).objects
    for collection in collections.exclude(username="").only("store", "username"):
        username, composed = collection.username, nfc(collection.username)
        if composed == username:
            continue
        two_people = users.filter(username__in=[username, composed]).count() > 1
        if two_people or collections.filter(store=collection.store, username=composed).exists():
            report(
                "%s: the documents of %a stay as they are: the same name, composed in another "
                "way, has documents of its own.",
                *(collection.store, username),
            )
        else:
            collections.filter(pk=collection.pk).update(username=composed)


def compose_documents(model: Any) -> None:
    rows = model.objects.order_by("pk").values_list("pk", "collection_id", *COMPARED)
    for pk, collection, *texts in rows.iterator():
        changes = {
            name: nfc(text) for name, text in zip(COMPARED, texts, strict=True) if nfc(text) != text
        }
        if "key" in changes:
            others = model.objects.filter(collection=collection).exclude(pk=pk)
            longest = model._meta.get_field("key").max_length
            free = free_name(
                changes["key"],
                lambda key, others=others: others.filter(key=key).exists(),
                longest=longest,
            )
            if free != changes["key"]:
                report(
                    "Collection %d: two documents have the id “%s”, with letters composed in two "
                    "ways. One of them has the id “%s” now.",
                    *(collection, changes["key"], free),
                )
            changes["key"] = free
        if changes:
            model.objects.filter(pk=pk).update(**changes)


class Migration(migrations.Migration):
    dependencies = [
        ("retrieval", "0002_full_text"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [migrations.RunPython(compose, migrations.RunPython.noop)]
