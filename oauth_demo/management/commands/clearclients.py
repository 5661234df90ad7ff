"""Ends the clients that registered themselves and were not used."""

from typing import Any

from django.core.management.base import BaseCommand

from oauth_demo.expiry import remove_clients


class Command(BaseCommand):
    help = (
        "Delete the clients that made themselves known and that nobody is connected with, after "
        "OAUTH_UNUSED_CLIENT_DAYS. Registrations do so too, a few at a time."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Deleted {remove_clients()} unused clients.")
