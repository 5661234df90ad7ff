"""Makes the embeddings again, by the model that the settings name."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from retrieval.embeddings import embedder
from retrieval.management.commands.reindex import bring_terms_over
from retrieval.management.progress import no_documents, progress
from retrieval.models import Collection
from retrieval.reembedding import outdated, reembed

GO_ON = "The old embeddings still serve; the same command goes on from here."


class Command(BaseCommand):
    help = (
        "Make the embeddings of all collections again that another model made. Run it with the "
        "settings of the new model; started again after it was stopped, it goes on."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            *("--plugin", "--store"), default="", dest="store", help="of this plugin only"
        )

    def handle(self, *args: Any, store: str, **options: Any) -> None:
        if store and not Collection.objects.filter(store=store).exists():
            raise CommandError(f"--plugin: {no_documents(store)}")
        bring_terms_over(self.stdout, store)
        with progress(GO_ON, unit=" chunks") as bar:
            collections = list(outdated(store))
            bar.total = sum(collection.chunk_count for collection in collections)
            for collection in collections:
                reembed(collection, progress=bar.update)
                done = f"{collection}: {collection.chunk_count:,} chunks."
                bar.write(done, file=self.stdout, end="")
        what = f"by '{embedder().model}' ({embedder().dimension} numbers)"
        if collections:
            self.stdout.write(f"Done: all embeddings are {what}. Restart the site with it.")
        else:
            self.stdout.write(f"Nothing to do: all embeddings are {what}.")
