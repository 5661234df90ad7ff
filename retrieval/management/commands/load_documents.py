"""Brings many documents into a plugin's store."""

from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from api.terminal import in_one_line
from plugins.registry import declared_plugins, find_plugin
from retrieval.datastore import Datastore
from retrieval.loading import HeldBack, Tally, load
from retrieval.management.progress import progress
from retrieval.reading import BadRow, Reader
from retrieval.urls import RetrievalAPI

if TYPE_CHECKING:
    from retrieval.review import Reviewer

GO_ON = "What was loaded before is in; the same command goes on from there."


class Command(BaseCommand):
    help = (
        "Load documents from a .json or .jsonl file (of what upsertDocuments takes), a .zip, any "
        "file that upsertFile reads, or a folder of them. Started again after it was stopped, it "
        "passes over what is in already."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path)
        parser.add_argument(
            *("--plugin", "--store"),
            required=True,
            dest="store",
            help="whose documents they become",
        )
        parser.add_argument(
            "--username", default="", help="whose documents they are, where each has their own"
        )
        parser.add_argument(
            "--batch", type=int, default=20, help="documents of one transaction (20)"
        )
        parser.add_argument(
            "--screen",
            action="store_true",
            help="hold back what a model finds personal data in (RETRIEVAL_REVIEW_MODEL)",
        )
        parser.add_argument(
            "--extract-metadata",
            action="store_true",
            help="let that model add what a text says of itself: author, date, address",
        )

    def handle(
        self,
        *args: Any,
        path: Path,
        store: str,
        username: str,
        batch: int,
        screen: bool = False,
        extract_metadata: bool = False,
        **options: Any,
    ) -> None:
        if not path.exists():
            raise CommandError(f"path: There is no file or folder {path}.")
        if batch < 1:
            raise CommandError("--batch: A batch holds one document at least.")
        username = get_user_model().normalize_username(username)  # as its account was named
        require_owner(store, username)
        datastore = Datastore(store, username)

        def tell(line: str) -> None:
            with tqdm.external_write_mode(self.stderr):
                self.stderr.write(in_one_line(line))

        def report(row: BadRow | HeldBack) -> None:
            if isinstance(row, HeldBack):
                tell(f"{row.where}: held back, as there is personal data: {', '.join(row.kinds)}.")
            else:
                tell(f"{row.where}: {row.problem}")

        reviewer = None
        if screen or extract_metadata:
            reviewer = reviewer_for(screens=screen, extracts=extract_metadata, tell=tell)
            tell(f"What is new is sent to {reviewer.model} at {reviewer.host} first.")
        with ExitStack() as stack:
            if reviewer:
                stack.callback(reviewer.close)
            bar = stack.enter_context(progress(GO_ON, unit=" documents"))
            rows = Reader(path, datastore.knows, tell).rows()
            tally = load(
                *(datastore, rows),
                batch=batch,
                report=report,
                progress=bar.update,
                reviewer=reviewer,
            )
        if tally == Tally():
            raise CommandError(f"There are no documents in {path}.")
        self.stdout.write(
            f"Loaded {tally.loaded:,} document{'' if tally.loaded == 1 else 's'} into {store}; "
            f"{tally.unchanged:,} were there already."
        )
        if tally.held_back:
            self.stdout.write(
                f"{tally.held_back:,} held back for personal data, and not stored: see above."
            )
        if tally.bad:
            raise CommandError(
                f"{tally.bad:,} could not be loaded: see above. Mend them and run it again."
            )


def reviewer_for(*, screens: bool, **more: Any) -> "Reviewer":
    """Return who asks the model that is set up; refuse where there is none."""
    option = "--screen" if screens else "--extract-metadata"
    if not settings.RETRIEVAL_REVIEW_MODEL:
        raise CommandError(
            f"{option}: No model is set up. Install the package 'openai' (2.0 or newer), and set "
            "RETRIEVAL_REVIEW_MODEL, and RETRIEVAL_REVIEW_URL to an OpenAI-compatible endpoint; "
            "without it texts go to OpenAI, with RETRIEVAL_REVIEW_KEY."
        )
    try:
        url = urlsplit(settings.RETRIEVAL_REVIEW_URL)
        is_address = url.scheme in ("http", "https") and bool(url.hostname)
    except ValueError:
        is_address = False
    if not is_address or not settings.RETRIEVAL_REVIEW_KEY.isascii():
        raise CommandError(
            f"{option}: RETRIEVAL_REVIEW_URL has to be an address such as "
            "http://127.0.0.1:11434/v1, and RETRIEVAL_REVIEW_KEY a key of ASCII letters."
        )
    if not find_spec("openai"):
        raise CommandError(
            f"{option}: This needs the package 'openai', 2.0 or newer: install it with pip."
        )
    from retrieval.review import Reviewer

    return Reviewer.of_settings(screens=screens, **more)


def require_owner(store: str, username: str) -> None:
    """Refuse a store that is no plugin's, and documents that nobody could reach there."""
    plugin = find_plugin(store)
    if plugin is None or not isinstance(plugin.api, RetrievalAPI):
        those = [each.slug for each in declared_plugins() if isinstance(each.api, RetrievalAPI)]
        raise CommandError(
            f"--plugin: There is no plugin '{store}' that keeps documents. These do: "
            f"{', '.join(those)}."
        )
    if plugin.auth.callers != "people":
        if username:
            raise CommandError(
                f"--username: All who use {store} share its documents: leave it out."
            )
    elif not username:
        raise CommandError(
            f"--username: In {store} everybody has documents of their own: name an account."
        )
    elif not get_user_model().objects.filter(username=username).exists():
        raise CommandError(
            f"--username: There is no account '{username}'. Sign up at /accounts/signup/ first."
        )
