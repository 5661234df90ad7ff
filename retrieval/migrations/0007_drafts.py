"""Passages of a load are written into a draft of its document, not kept beside to be written."""

from django.db import migrations, models
from django.db.models.deletion import SET_NULL


def begin_again(apps, schema_editor):
    """Have loads make their passages once more: those made so far go with their table."""
    loads = apps.get_model("retrieval", "Load").objects
    loads.filter(stage="embedding").update(cut_by="", embedded=0)


class Migration(migrations.Migration):
    dependencies = [("retrieval", "0006_covering_indexes")]

    operations = [
        migrations.RenameField("collection", "shrunk_at", "rearranged_at"),
        migrations.AlterField(
            "collection",
            "rearranged_at",
            models.PositiveBigIntegerField(
                default=0,
                help_text="The version at which chunks last went, or came before the last one.",
            ),
        ),
        migrations.AddField(
            "load",
            "draft",
            models.ForeignKey(
                blank=True,
                help_text="Of many passages.",
                null=True,
                on_delete=SET_NULL,
                to="retrieval.collection",
            ),
        ),
        migrations.DeleteModel("ReadySlice"),
        migrations.RunPython(begin_again, begin_again),
    ]
