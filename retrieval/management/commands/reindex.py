"""Gives every chunk to the vector index again."""

from typing import Any

from django.core.management.base import BaseCommand

from retrieval.indexes import vector_index
from retrieval.management.progress import progress
from retrieval.models import Collection
from retrieval.reembedding import index_again

GO_ON = "Run it again; until then some are missing."


class Command(BaseCommand):
    help = (
        "Give every chunk in the database to the vector index that the settings name: after "
        "RETRIEVAL_INDEX was changed, or the index was lost. It can be stopped and run again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        vector_index().prepare()
        collections = Collection.objects.filter(chunk_count__gt=0)
        total = sum(collections.values_list("chunk_count", flat=True))
        with progress(GO_ON, total=total, unit=" chunks") as bar:
            for collection in collections:
                index_again(collection, progress=bar.update)
        self.stdout.write(f"The index was given {total:,} chunks.")
