"""Lets a model use installed plugins, in a terminal."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from django.core.management.base import CommandError

from api.terminal import visible
from simulator.commands import SimulatorCommand
from simulator.conversation.calls import Decision, Wanted
from simulator.conversation.endpoint import Endpoint
from simulator.conversation.given import PLUGINS_MAX
from simulator.conversation.models import Conversation, Message
from simulator.conversation.turn import Event, Noted, Problem, Text, Turn
from simulator.errors import StepError
from simulator.fetching import TracedFetcher
from simulator.installing import named

ANSWERS = {"y": Decision.YES, "yes": Decision.YES, "a": Decision.ALWAYS, "always": Decision.ALWAYS}


class Command(SimulatorCommand):
    help = (
        "Talk with a model that uses installed plugins, by the settings CONVERSATION_OPENAI_…. "
        "Questions are read from the terminal until an empty line. Nothing is kept of the talk. "
        "Ends with 1 where the last question was not answered."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("names", nargs="+", metavar="name", help="what was installed, by name")
        parser.add_argument("--question", action="append", default=[], help="ask it, and end")
        decided = parser.add_mutually_exclusive_group()
        decided.add_argument(
            "--yes", action="store_true", help="send calls that write, without asking"
        )
        decided.add_argument("--no", action="store_true", help="refuse them, without asking")
        parser.add_argument(
            "--show-given", action="store_true", help="show what the model is given"
        )
        super().add_arguments(parser)

    def step(self, fetcher: TracedFetcher, **options: Any) -> None:
        endpoint = Endpoint.of_settings()
        if endpoint is None:
            raise StepError(
                "No model is set up. Name one in CONVERSATION_OPENAI_MODEL, with its endpoint in "
                "CONVERSATION_OPENAI_URL, and install the openai package."
            )
        if len(options["names"]) > PLUGINS_MAX:
            raise StepError(f"Name up to {PLUGINS_MAX} plugins, as many as ChatGPT allowed.")
        installed = [named(each) for each in options["names"]]
        conversation = Conversation.objects.create()
        conversation.plugins.set(installed)
        turn = Turn(conversation, endpoint, fetcher)
        try:
            if options["show_given"]:
                self.show_given(turn)
            for question in options["question"] or self.questions():
                self.show(turn.ask(question))
                self.settle(turn, **options)
        finally:
            conversation.delete()

    def show_given(self, turn: Turn) -> None:
        given = turn.given
        self.stderr.write(visible(f"{given.instructions}\n"))
        for each in given.functions:
            self.stderr.write(visible(f"{each.name}: {each.operation.description}"))
        self.stderr.write(f"About {given.tokens} tokens.\n")

    def questions(self) -> Iterable[str]:
        while question := self.ask("You: "):
            yield question

    def settle(self, turn: Turn, *, yes: bool, no: bool, **options: Any) -> None:
        """Have the person decide on what waits, one call after the other."""
        while wanted := turn.waits_for:
            self.stderr.write(visible(f"{wanted.call['name']} would be sent: {wanted.pretty}"))
            decision = Decision.YES if yes else Decision.NO if no else self.decision(wanted)
            self.show(turn.decide(wanted.call["id"], decision))
        if turn.conversation.problem:
            raise CommandError(visible(turn.conversation.problem))

    def decision(self, wanted: Wanted) -> Decision:
        always = ", [a]lways" if wanted.may_be_allowed else ""
        said = ANSWERS.get(self.ask(f"Send it? [y]es{always}, [N]o: ").lower(), Decision.NO)
        return said if always or said is not Decision.ALWAYS else Decision.NO

    def ask(self, words: str) -> str:
        """Return a line that the person types; "" where nobody is there."""
        self.stderr.write(words, ending="")
        self.stderr.flush()
        return sys.stdin.readline().strip()

    def show(self, events: Iterable[Event]) -> None:
        for event in events:
            if isinstance(event, Text):
                self.stdout.write(visible(event.text), ending="")
                self.stdout.flush()
            elif isinstance(event, Noted):
                self.show_message(event.message)
            elif isinstance(event, Problem):
                self.stdout.write("")

    def show_message(self, message: Message) -> None:
        facts = message.facts
        if message.role == Message.Role.MODEL and message.text:
            self.stdout.write("")
        elif message.role == Message.Role.TOOL and "is_good" not in facts:
            self.stderr.write(visible(f"→ {facts['name']} {facts['arguments']}"))
        elif message.role == Message.Role.TOOL:
            cut = ", cut" if facts.get("is_cut") else ""
            said = f"{facts['length']} characters{cut}" if "length" in facts else message.text
            self.stderr.write(visible(f"← {facts.get('status', 'not sent')}: {said}"))
