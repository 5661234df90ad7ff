"""Documents, the chunks that are searched, and the collections that they belong to.

The database holds all of it, embeddings included, and alone decides what exists. Whatever
finds neighbours faster (`retrieval/indexes/`) is an index that can be made again from here.
"""

from textwrap import shorten

import numpy as np
from django.db import models
from django.db.models.functions import Left
from numpy.typing import NDArray

from retrieval.metadata import DESCRIPTIONS, MAX_LENGTH, SOURCES, Metadata
from retrieval.tables import HEADING, cells

Vector = NDArray[np.float32]
"""Of unit length, so that a dot product is a cosine."""

KEY_MAX_LENGTH = 200  # characters
TITLE_LENGTH = 70  # characters
BEGINNING = Left("text", 300)
"""What a list fetches of a document, as `beginning`, in place of its whole text."""


class Collection(models.Model):
    """What one search looks through: the documents of one person, or of all, in one plugin."""

    store = models.CharField(max_length=50, help_text="The plugin that it belongs to.")
    username = models.CharField(
        max_length=150, blank=True, help_text="Whose it is; empty when its plugin shares it."
    )
    model = models.CharField(max_length=200, help_text="The model that made its embeddings.")
    dimension = models.PositiveIntegerField(default=0)
    next_model = models.CharField(
        max_length=200, blank=True, help_text="The model that it is being moved to."
    )
    version = models.PositiveBigIntegerField(default=0, help_text="Goes up with every change.")
    rearranged_at = models.PositiveBigIntegerField(
        default=0, help_text="The version at which chunks last went, or came before the last one."
    )
    chunk_count = models.PositiveBigIntegerField(default=0)
    term_count = models.PositiveBigIntegerField(default=0, help_text="Terms in all its chunks.")

    terms_version = models.PositiveSmallIntegerField(
        default=1, help_text="The rule that made its chunks' terms."
    )
    terms_done = models.PositiveBigIntegerField(
        default=0, help_text="The last chunk that was given the terms of the next rule."
    )

    class Meta:
        ordering = ["store", "username"]
        constraints = [
            models.UniqueConstraint(fields=["store", "username"], name="one_collection_each")
        ]

    def __str__(self) -> str:
        return f"{self.store}/{self.username}" if self.username else self.store


class Document(models.Model):
    """A text as it came in, and what is known of it."""

    # The indexes below serve it too.
    collection = models.ForeignKey(
        Collection, models.CASCADE, related_name="documents", db_index=False
    )
    key = models.CharField("id", max_length=KEY_MAX_LENGTH, help_text="Its id for clients.")
    text = models.TextField()
    source = models.CharField(
        max_length=20, blank=True, choices=[(source, source) for source in SOURCES]
    )
    source_id = models.CharField(max_length=MAX_LENGTH["source_id"], blank=True)
    url = models.CharField(max_length=MAX_LENGTH["url"], blank=True)
    author = models.CharField(max_length=MAX_LENGTH["author"], blank=True)
    created_at = models.DateTimeField(null=True, blank=True, help_text="As its metadata say.")
    digest = models.CharField(
        max_length=64, blank=True, editable=False, help_text="Of what a load brought."
    )
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["collection", "key"], name="one_document_per_id")
        ]
        indexes = [
            # With the id, so that PostgreSQL reads no rows to find which documents pass a filter.
            models.Index(fields=["collection", field, "id"], name=f"document_{field}")
            for field in ("source", "source_id", "author", "created_at")
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def title(self) -> str:
        """What people know it by: its file's name, or how it begins."""
        begins: str = self.beginning if hasattr(self, "beginning") else self.text
        first = begins[:300].strip().partition("\n")[0]
        if first.startswith("|"):
            words = ", ".join(filter(None, cells(first)))
        elif heading := HEADING.fullmatch(first):
            words = heading[1]
        else:
            words = " ".join(begins[:300].split()).lstrip("# ")
        return self.source_id or shorten(words, TITLE_LENGTH, placeholder=" …") or self.key

    @property
    def metadata(self) -> Metadata:
        return Metadata(**{name: getattr(self, name) for name in DESCRIPTIONS})


class Chunk(models.Model):
    """A passage of a document, small enough to be found and read by itself."""

    # The index below serves it too.
    collection = models.ForeignKey(
        Collection, models.CASCADE, related_name="chunks", db_index=False
    )
    document = models.ForeignKey(Document, models.CASCADE, related_name="chunks")
    position = models.PositiveIntegerField(help_text="Its place in the document; the first is 0.")
    text = models.TextField()
    terms = models.TextField(help_text="What full-text search knows of it.")
    embedding = models.BinaryField(help_text="32-bit floats, little-endian, of unit length.")
    next_embedding = models.BinaryField(null=True, help_text="By the next model.")

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["collection", "id"], name="chunk_in_collection")]

    def __str__(self) -> str:
        return self.key

    @property
    def key(self) -> str:
        """Its id for clients."""
        return f"{self.document.key}_{self.position}"

    @property
    def vector(self) -> Vector:
        return np.frombuffer(bytes(self.embedding), "<f4")


from retrieval.loads.models import Load, Piece  # noqa: E402, F401  (of this app, too)
