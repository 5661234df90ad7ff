"""What is known of a load, and what is kept of it while it lasts."""

from typing import ClassVar
from uuid import uuid4

from django.db import models

from retrieval.metadata import MAX_LENGTH
from retrieval.models import KEY_MAX_LENGTH, Collection

PROBLEM_MAX_LENGTH = 1_000  # characters


class Stage(models.TextChoices):
    """How far a load is. A load of the last four has ended."""

    ARRIVING = "arriving", "arriving"
    UNPACKING = "unpacking", "unpacking"
    PARSING = "parsing", "reading"
    EMBEDDING = "embedding", "making searchable"
    STORED = "stored", "stored"
    UNPACKED = "unpacked", "unpacked"
    FAILED = "failed", "failed"
    CANCELLED = "cancelled", "cancelled"


OPEN = (Stage.UNPACKING, Stage.PARSING, Stage.EMBEDDING)
"""What there is work on."""
ENDED = (Stage.STORED, Stage.UNPACKED, Stage.FAILED, Stage.CANCELLED)


class Load(models.Model):
    """A file on its way to be a document, or an archive of such files."""

    uuid = models.UUIDField(unique=True, default=uuid4, editable=False, help_text="For clients.")
    store = models.CharField(max_length=50, help_text="The plugin whose document it becomes.")
    username = models.CharField(
        max_length=150, blank=True, help_text="Whose it is; empty when its plugin shares it."
    )
    archive = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="files", help_text="It is of."
    )
    position = models.PositiveIntegerField(null=True, blank=True, help_text="In its archive.")
    name = models.CharField(max_length=MAX_LENGTH["source_id"], help_text="Of the file.")
    key = models.CharField("document", max_length=KEY_MAX_LENGTH, help_text="Its id for clients.")
    encoding = models.CharField(max_length=40, blank=True)
    metadata = models.JSONField(default=dict, help_text="As its sender said.")
    size = models.PositiveBigIntegerField(default=0, help_text="In bytes.")

    stage = models.CharField(max_length=10, choices=Stage.choices, default=Stage.ARRIVING)
    passages = models.PositiveIntegerField(default=0, help_text="That its text makes.")
    embedded = models.PositiveIntegerField(default=0, help_text="That are ready to be stored.")
    draft = models.ForeignKey(
        Collection, models.SET_NULL, null=True, blank=True, help_text="Of many passages."
    )
    cut_by = models.CharField(max_length=200, blank=True, help_text="The rule that cut it.")
    problem = models.CharField(max_length=PROBLEM_MAX_LENGTH, blank=True)
    notes = models.JSONField(default=list, help_text="What its sender should be told.")

    lease = models.UUIDField(null=True, blank=True, help_text="Of who is at it.")
    leased_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0, help_text="Without a step done.")
    turn_at = models.DateTimeField(null=True, blank=True, help_text="When its last turn began.")
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "retrieval"
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["archive", "position"], name="one_load_each")
        ]
        indexes: ClassVar = [
            models.Index(fields=["store", "username", "stage"], name="load_of_a_person"),
            models.Index(fields=["ended_at"], name="load_ended_at"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.stage in OPEN


class Piece(models.Model):
    """A part of what a load holds: its file, and later the text of that."""

    load = models.ForeignKey(Load, models.CASCADE, related_name="pieces", db_index=False)
    kind = models.CharField(max_length=4, choices=[("file", "file"), ("text", "text")])
    position = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        app_label = "retrieval"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["load", "kind", "position"], name="one_piece_each")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.position}"
