"""The todos of the peers on Django; their table is made where it is missing."""

from typing import Any, ClassVar

from django.db import connection, models


class Todo(models.Model):
    objects: "ClassVar[models.Manager[Any]]"
    username = models.CharField(max_length=150)
    text = models.CharField(max_length=2000)

    class Meta:
        app_label = "peers"
        ordering = ["id"]
        indexes = [models.Index(fields=["username", "id"], name="peers_todo_list")]

    def __str__(self) -> str:
        return self.text


if Todo._meta.db_table not in connection.introspection.table_names():
    with connection.schema_editor() as editor:
        editor.create_model(Todo)
