"""Uninstalls a plugin, and ends what can be ended at the other side."""

from argparse import ArgumentParser
from typing import Any

from simulator.commands import SimulatorCommand
from simulator.fetching import TracedFetcher
from simulator.installing import named, uninstall


class Command(SimulatorCommand):
    help = "Uninstall a plugin: revoke its tokens where that is offered, and forget it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="what the plugin was installed as")
        super().add_arguments(parser)

    def step(self, fetcher: TracedFetcher, **options: Any) -> None:
        for said in uninstall(named(options["name"]), fetcher):
            self.stdout.write(said)
        self.stdout.write(self.style.SUCCESS(f"Uninstalled “{options['name']}”."))
