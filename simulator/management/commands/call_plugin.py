"""Calls an operation of an installed plugin, as ChatGPT did for its model."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError

from api.terminal import visible
from simulator.answer import TEXT_MAX, Answer
from simulator.commands import SimulatorCommand
from simulator.fetching import TracedFetcher
from simulator.installing import Conversation, call, named


class Command(SimulatorCommand):
    help = (
        "Call an operation of an installed plugin. The answer is printed as a model gets it; "
        "ends with 1 where it is no good one."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="what the plugin was installed as")
        parser.add_argument("operation", help="an operationId, or the name of a tool")
        parser.add_argument(
            "arguments",
            nargs="*",
            metavar="name=value",
            help="a value is text where the operation takes text, else JSON",
        )
        parser.add_argument(
            "--json", action="store_true", help="print status and text of the answer as JSON"
        )
        super().add_arguments(parser)

    def step(self, fetcher: TracedFetcher, **options: Any) -> None:
        answer = call(
            named(options["name"]),
            options["operation"],
            options["arguments"],
            fetcher=fetcher,
            conversation=Conversation(),
        )
        if options["json"]:
            said = {**asdict(answer), "is_cut": answer.is_cut}
            self.stdout.write(json.dumps(said, indent=2, ensure_ascii=False))
        else:
            # A program that reads it gets it as it is.
            is_terminal = self.stdout.isatty()
            self.stdout.write(visible(answer.text) if is_terminal else answer.text)
        if answer.is_cut:
            self.stderr.write(
                f"A model sees the first {TEXT_MAX} of {answer.length} characters. Answer less."
            )
        if not answer.is_good:
            raise CommandError(f"{options['operation']} was refused: {mend(answer)}")


def mend(answer: Answer) -> str:
    said = f"HTTP status {answer.status}."
    if answer.status == 401:
        return f"{said} The credential is not accepted: uninstall the plugin, and install it again."
    if answer.status == 429:
        return f"{said} Call again after {f'{answer.wait} seconds' if answer.wait else 'a while'}."
    if 300 <= answer.status < 400:
        return f"{said} A redirect is not followed: let the document name the last address."
    return said if answer.status >= 400 else "the tool says that it failed."
