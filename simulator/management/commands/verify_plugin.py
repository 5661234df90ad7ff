"""Looks for the verification token in the manifest, as ChatGPT's "Verify tokens" did."""

from argparse import ArgumentParser
from typing import Any

from simulator.commands import SimulatorCommand
from simulator.errors import StepError
from simulator.fetching import TracedFetcher
from simulator.installing import VERIFICATION, named, verify


class Command(SimulatorCommand):
    help = "Look whether a plugin's manifest shows the token that install_plugin named."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="what the plugin was installed as")
        super().add_arguments(parser)

    def step(self, fetcher: TracedFetcher, **options: Any) -> None:
        installed = named(options["name"])
        if not verify(installed, fetcher):
            token = installed.details[VERIFICATION]
            raise StepError(
                "The manifest does not show the verification token. Put it there: "
                f'"verification_tokens": {{"openai": "{token}"}}'
            )
        self.stdout.write(self.style.SUCCESS("The manifest shows the verification token."))
