from importlib.util import find_spec
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.models.signals import post_migrate


class RetrievalConfig(AppConfig):
    name = "retrieval"

    def ready(self) -> None:
        if settings.RETRIEVAL_EMBEDDINGS == "openai" and find_spec("openai") is None:
            raise ImproperlyConfigured(
                "RETRIEVAL_EMBEDDINGS=openai needs the package 'openai', 2.0 or newer: install it "
                "with pip, or leave the setting out to embed on this machine."
            )
        post_migrate.connect(prepare_index, sender=self, dispatch_uid="prepare-index")


def prepare_index(**kwargs: Any) -> None:
    """Make what the vector index needs, as `migrate` makes what the database needs."""
    if settings.RETRIEVAL_INDEX != "embedded":
        from retrieval.indexes import vector_index

        vector_index().prepare()
