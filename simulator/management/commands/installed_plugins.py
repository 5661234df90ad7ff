"""Lists what is installed, and encrypts it anew."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from api.terminal import visible
from simulator.encryption import UndecryptableError
from simulator.errors import MANAGE, StepError
from simulator.installing import secrets_of, subject_of
from simulator.models import Attempt, InstalledPlugin


class Command(BaseCommand):
    help = "List the plugins that install_plugin installed, and what each offers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--encrypt-again",
            action="store_true",
            help="encrypt all secrets, people's too, with today's SECRET_KEY, so that it needs no "
            "fallback any more",
        )

    def handle(self, *args: Any, encrypt_again: bool, **options: Any) -> None:
        if encrypt_again:
            self.encrypt_again()
            return
        ownerless = InstalledPlugin.objects.filter(owner=None)
        for installed in ownerless:
            offered = ", ".join(each.id for each in subject_of(installed).operations)
            said = f"{installed.name}  {installed.scheme}  {installed.address}\n  {offered}"
            self.stdout.write(visible(said))
        if not ownerless:
            self.stdout.write(f"Nothing is installed. Begin with {MANAGE} install_plugin ADDRESS.")

    def encrypt_again(self) -> None:
        lost = []
        for installed in InstalledPlugin.objects.all():
            try:
                installed.secrets = secrets_of(installed)
            except StepError:
                lost.append(installed.name)
                continue
            installed.save(update_fields=["encrypted_secrets"])
        for attempt in Attempt.objects.all():
            try:
                attempt.progress, attempt.trace = attempt.progress, attempt.trace
            except UndecryptableError:
                lost.append(attempt.name)
                continue
            attempt.save(update_fields=["encrypted_progress", "encrypted_trace"])
        if lost:
            raise CommandError(
                f"The key of {', '.join(lost)} is gone. Name it in SECRET_KEY_FALLBACKS first."
            )
        self.stdout.write("All secrets are encrypted with today's SECRET_KEY.")
