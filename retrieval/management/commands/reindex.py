"""Brings the words of every chunk up to date, and gives it to the vector index again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, OutputWrapper

from retrieval.indexes import vector_index
from retrieval.management.progress import no_documents, progress
from retrieval.models import Collection
from retrieval.reembedding import index_again
from retrieval.reterming import outdated_terms, reterm

GO_ON = "Run it again; until then some are missing."
WORDS_GO_ON = "The same command goes on from here; until then some words are missing."


class Command(BaseCommand):
    help = (
        "Give every chunk in the database the terms of today's rule, where it has those of an "
        "older version of this site, and to the vector index that the settings name: after "
        "RETRIEVAL_INDEX was changed, or the index was lost. It can be stopped and run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--plugin", default="", help="of this plugin only")

    def handle(self, *args: Any, plugin: str, **options: Any) -> None:
        collections = Collection.objects.filter(chunk_count__gt=0)
        if plugin:
            collections = collections.filter(store=plugin)
            if not collections.exists():
                raise CommandError(f"--plugin: {no_documents(plugin)}")
        bring_terms_over(self.stdout, plugin)
        vector_index().prepare()
        total = sum(collections.values_list("chunk_count", flat=True))
        with progress(GO_ON, total=total, unit=" chunks") as bar:
            for collection in collections:
                index_again(collection, progress=bar.update)
        self.stdout.write(f"The index was given {total:,} chunks.")


def bring_terms_over(out: OutputWrapper, store: str = "") -> None:
    """Give the chunks that an older version of this site put in the terms of today's rule."""
    collections = list(outdated_terms(store))
    total = sum(collection.chunk_count for collection in collections)
    with progress(WORDS_GO_ON, total=total, unit=" chunks") as bar:
        for collection in collections:
            reterm(collection, progress=bar.update)
    if collections:
        out.write(f"The words of {total:,} chunks were brought up to date.")
