"""Removes all that expired."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.module_loading import import_string

from api.exceptions import DATABASE_AWAY
from api.expiry import Expiring


class Command(BaseCommand):
    help = (
        "Remove what expired, and say how many of each kind: sessions, failed sign-ins, OAuth "
        "codes and tokens, clients that nobody uses, old counts of calls, abandoned attempts in "
        "the console. Run it once a day."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would be removed, and remove nothing"
        )

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        said = "Would remove" if dry_run else "Removed"
        failed = []
        for kind in expiring():
            try:
                number = counted(kind) if dry_run else kind.remove()
            except DATABASE_AWAY as error:  # the other kinds may do better
                failed.append(f"{kind.name}: {error}")
            else:
                self.stdout.write(f"{said} {number:,} {kind.name}.")
        if failed:
            raise CommandError("These could not be removed. Run it again.\n" + "\n".join(failed))


def expiring() -> Iterator[Expiring]:
    for name in settings.EXPIRING:
        yield from import_string(name)()


def counted(kind: Expiring) -> int:
    """Return how many there are of a kind: they are removed, and it is taken back."""
    with transaction.atomic():
        number = kind.remove()
        transaction.set_rollback(True)
    return number
