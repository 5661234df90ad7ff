from itertools import islice
from typing import Any

from django.db import migrations, models

from sports.names import folded, words


def fill(apps: Any, schema_editor: Any) -> None:
    players = apps.get_model("sports", "Player").objects
    rows = players.only("first_name", "last_name").iterator()
    while some := list(islice(rows, 500)):
        for player in some:
            name = f"{player.first_name} {player.last_name}"
            player.search_name, player.search_words = folded(name), " ".join(words(name))
        players.bulk_update(some, ["search_name", "search_words"])


class Migration(migrations.Migration):
    dependencies = [("sports", "0001_initial")]
    operations = [
        migrations.AddField(
            model_name="player",
            name="search_words",
            field=models.CharField(db_index=True, default="", editable=False, max_length=250),
            preserve_default=False,
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
